// `npm test`: everything, from a fresh clone, with Node 20+ and npm and nothing else.
// What the machine lacks is skipped by name; VIGIL_FORBID_SKIPS=1 makes a skip a failure.
import path from 'node:path';
import { ensureBuilt, ensureInstalled, node24, root, run } from './workspace.mjs';

await ensureInstalled();
await ensureBuilt();
const code = await run(node24, [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  path.join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
  '--reporters=./tools/launch/reporter.mjs',
  ...process.argv.slice(2),
]);
process.exit(code);
