// `npm test`: everything, from a fresh clone, with Node 20+ and npm and nothing else.
// What the machine lacks is skipped by name. VIGIL_FORBID_SKIPS=1 makes a skip a failure, VIGIL_REQUIRE_ENGINES=all a
// missing engine one.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureBuilt, ensureInstalled, environment, node24, root, run } from './workspace.mjs';

await ensureInstalled();
await ensureBuilt();
const engines = bringEngines();
const code = await run(
  node24,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    path.join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--reporters=./tools/launch/reporter.mjs',
    ...process.argv.slice(2),
  ],
  { env: engines.env },
);
if (engines.started.length > 0) engineCommand('down', ...engines.started);
process.exit(code);

/**
 * Starts the servers that this machine can have (Kafka, Elasticsearch, Redis, an S3 API; PostgreSQL the tests bring
 * themselves) and says of each how it was had, or why not. VIGIL_TEST_ENGINES=0 leaves them out, VIGIL_TEST_DOCKER=0
 * starts no containers.
 */
function bringEngines() {
  if (process.env.VIGIL_TEST_ENGINES === '0') return { env: {}, started: [] };
  const before = new Map(states('status').map((one) => [one.name, one.up]));
  const all = states('up');
  const width = Math.max(...all.map((one) => one.version.length), 'version'.length);
  console.log(`engine         ${'version'.padEnd(width)}  how`);
  console.log(`postgresql     ${'18'.padEnd(width)}  from npm, started by the tests`);
  for (const { name, version, how } of all)
    console.log(`${name.padEnd(14)} ${version.padEnd(width)}  ${how.split('\n')[0]}`);
  if (process.env.VIGIL_REQUIRE_ENGINES === 'all' && all.some((one) => !one.up)) {
    for (const one of all.filter((engine) => !engine.up)) console.log(`${one.name}: ${one.how}`);
    console.log('VIGIL_REQUIRE_ENGINES=all: an engine is missing.\n\n0 passed, 1 failed');
    process.exit(1);
  }
  const started = all.filter((one) => one.up && !before.get(one.name)).map((one) => one.name);
  return { env: Object.assign({}, ...all.map((one) => one.env)), started };
}

function states(command) {
  const { stdout, stderr } = engineCommand(command, '--json');
  if (stdout) return JSON.parse(stdout);
  console.log(`The engines could not be asked for:\n${stderr}\n\n0 passed, 1 failed`);
  process.exit(1);
}

function engineCommand(...args) {
  const script = path.join(root, 'tools', 'dist', 'engines', 'main.js');
  return spawnSync(node24, [script, ...args], {
    cwd: root,
    env: environment({ VIGIL_REQUIRE_ENGINES: '' }),
    encoding: 'utf8',
    // A first run downloads for minutes: it says what it is doing.
    stdio: ['ignore', 'pipe', args[0] === 'up' ? 'inherit' : 'pipe'],
  });
}
