// `npm run engines -- up|status|down [NAME…]`: real servers for the tests, with Docker or without.
import path from 'node:path';
import { Engines, type EngineState } from './engines.js';
import { ENGINE_NAMES, type EngineName } from './recipe.js';

const [command, ...rest] = process.argv.slice(2);
const names = rest.filter((word) => !word.startsWith('--'));
const json = rest.includes('--json');
const unknown = names.filter((name) => !isEngine(name));
if (!['up', 'status', 'down'].includes(command ?? '') || unknown.length > 0) {
  process.stderr.write(
    `engines takes up, status or down, then any of ${ENGINE_NAMES.join(', ')}${unknown.length > 0 ? `, and got ${unknown.join(', ')}` : ''}\n`,
  );
  process.exit(2);
}
const chosen = names.length > 0 ? names.filter(isEngine) : [...ENGINE_NAMES];
const engines = new Engines(
  path.resolve(import.meta.dirname, '..', '..', '..', '.vigil', 'engines'),
  process.env,
);

if (command === 'down') {
  for (const name of chosen)
    process.stderr.write(`${name}: ${(await engines.down(name)) ? 'stopped' : 'was not running'}\n`);
} else {
  const states: EngineState[] = [];
  for (const name of chosen) {
    if (command === 'up') process.stderr.write(`${name} …\n`);
    states.push(command === 'up' ? await engines.up(name) : await engines.status(name));
  }
  if (json) process.stdout.write(`${JSON.stringify(states)}\n`);
  else
    for (const { name, version, how, env } of states)
      process.stdout.write(`${name.padEnd(14)} ${version.padEnd(14)} ${how}  ${publicPart(env)}\n`);
  if (command === 'up' && process.env.VIGIL_REQUIRE_ENGINES === 'all' && states.some((one) => !one.up))
    process.exit(1);
}

function isEngine(name: string): name is EngineName {
  return (ENGINE_NAMES as readonly string[]).includes(name);
}

function publicPart(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .filter(([name]) => !/SECRET|PASSWORD/.test(name))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
