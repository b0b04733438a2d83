import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import vigil from './tools/eslint/boundaries.js';

const noEnvironment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message:
    'The environment is read once, in an app’s main.ts, and becomes a frozen value: take Settings (@vigil/config) instead.',
};
const noWallClock = {
  selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
  message: 'Time is injected, so that tests can move it: take a Clock (@vigil/contracts).',
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/dist-types/**',
      '**/node_modules/**',
      '.nx/**',
      'coverage/**',
      'data/**',
      '.test-output/**',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { vigil },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'vigil/boundaries': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      'no-restricted-syntax': ['error', noEnvironment],
      'no-console': ['error'],
      eqeqeq: 'error',
    },
  },
  {
    // Entry points, tests, tools and the command line are where the environment and the terminal are met.
    files: [
      'apps/*/src/main.ts',
      'apps/cli/**',
      'apps/e2e/**',
      'tools/**',
      '**/*.spec.ts',
      '**/*.contract.ts',
      '**/*.fixture.ts',
      'libs/shared/testing/**',
    ],
    rules: { 'no-restricted-syntax': 'off', 'no-console': 'off' },
  },
  {
    files: ['libs/**/*.ts'],
    ignores: [
      '**/*.spec.ts',
      '**/*.contract.ts',
      '**/*.fixture.ts',
      'libs/shared/testing/**',
      'libs/shared/contracts/src/clock.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', noEnvironment, noWallClock] },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
);
