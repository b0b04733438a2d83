/** One configuration for every package: tests run from source through swc, as ES modules. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@vigil/source', 'node'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2024',
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testMatch: ['**/src/**/*.spec.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  // Two cores: one worker per core; the embedded PostgreSQL is shared by the run.
  maxWorkers: 2,
  testTimeout: 60_000,
};
