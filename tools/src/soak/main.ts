// `npm run soak [-- FOLDER…]`: the property tests at full size. A spec takes part by reading VIGIL_SOAK.
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const wanted = process.argv.slice(2);
const specs = globSync('{apps,libs,tools}/**/src/**/*.spec.ts', {
  cwd: root,
  exclude: (name) => name === 'node_modules' || name === 'dist',
}).filter(
  (file) =>
    (wanted.length === 0 || wanted.some((part) => file.startsWith(part))) &&
    readFileSync(path.join(root, file), 'utf8').includes('VIGIL_SOAK'),
);
if (specs.length === 0) {
  process.stderr.write(
    `soak: no spec that reads VIGIL_SOAK under ${wanted.join(', ') || 'apps, libs or tools'}\n`,
  );
  process.exit(2);
}
process.stderr.write(`soak: ${specs.join('\n      ')}\n`);
const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
// One at a time: a soak measures nothing, but it should not starve itself either.
const args = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  jest,
  '--runInBand',
  '--testTimeout=3600000',
  '--reporters=./tools/launch/reporter.mjs',
  ...specs,
];
spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, VIGIL_SOAK: '1' } }).on(
  'exit',
  (code) => process.exit(code ?? 1),
);
