// `npm run bench|crash|engines|faults|soak|train-voice -- …`: the long commands, built like the program and run on its Node.
import { become, ensureBuilt, ensureInstalled } from './workspace.mjs';

const [name, ...args] = process.argv.slice(2);
const scripts = {
  bench: 'tools/dist/bench/main.js',
  crash: 'tools/dist/crash/main.js',
  engines: 'tools/dist/engines/main.js',
  faults: 'tools/dist/faults/main.js',
  soak: 'tools/dist/soak/main.js',
  'train-voice': 'tools/dist/voice/main.js',
};
const script = scripts[name];
if (!script) {
  process.stderr.write(
    `run.mjs takes one of ${Object.keys(scripts).join(', ')}, and got ${name ?? 'nothing'}\n`,
  );
  process.exit(2);
}
await ensureInstalled();
await ensureBuilt();
become(script, args);
