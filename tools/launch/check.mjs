// `npm run check`: types, lint with the folder boundaries, format. The fast half of what a reviewer would look at.
import path from 'node:path';
import { ensureInstalled, node24, root, run } from './workspace.mjs';

await ensureInstalled();
const tool = (...parts) => path.join(root, 'node_modules', ...parts);
const steps = [
  ['types', [tool('typescript', 'bin', 'tsc'), '-b']],
  [
    'lint and boundaries',
    [
      tool('eslint', 'bin', 'eslint.js'),
      '.',
      '--max-warnings',
      '0',
      '--cache',
      '--cache-location',
      tool('.cache', 'eslint'),
    ],
  ],
  ['format', [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']],
];
const started = Date.now();
// Types and lint each keep one of two cores busy; the format check is short.
const results = await Promise.all(
  steps.map(async ([name, args]) => {
    const from = Date.now();
    const code = await run(node24, args, { quiet: true });
    return { name, code, seconds: ((Date.now() - from) / 1000).toFixed(1) };
  }),
);
for (const { name, code, seconds } of results)
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name}  ${seconds} s`);
console.log(`check took ${((Date.now() - started) / 1000).toFixed(1)} s`);
process.exit(results.every((r) => r.code === 0) ? 0 : 1);
