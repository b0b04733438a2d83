import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type SourceFile, untried } from './adapters.js';

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');
const files: SourceFile[] = globSync('libs/**/src/**/*.ts', {
  cwd: ROOT,
  exclude: (name) => name.includes('node_modules') || name.endsWith('dist'),
}).map((file) => ({
  path: file.split(path.sep).join('/'),
  text: readFileSync(path.join(ROOT, file), 'utf8'),
}));

const planted = (name: string, text: string): SourceFile => ({
  path: `libs/shared/bus/src/nats/${name}`,
  text,
});
const ADAPTER = planted('nats-bus.ts', 'export class NatsBus extends MessageBus {');

describe('every adapter of a port', () => {
  it('runs the contract of its port', () => {
    expect(untried(files)).toEqual([]);
  });

  it('is missed where nothing runs it, however many others do', () => {
    expect(untried([...files, ADAPTER])).toEqual([
      'NatsBus (libs/shared/bus/src/nats/nats-bus.ts): no spec runs messageBusContract with it',
    ]);
  });

  it.each([
    ['runs the contract without it', `messageBusContract(() => other());`],
    ['imports it without the contract', `import { NatsBus } from './nats-bus.js';`],
    ['runs another contract', `import { NatsBus } from './nats-bus.js';\nhitIndexContract('x', open);`],
  ])('is missed where its spec %s', (_, text) => {
    expect(untried([...files, ADAPTER, planted('nats-bus.spec.ts', text)])).toHaveLength(1);
  });

  it('is found through a fixture of its spec', () => {
    const spec = planted(
      'nats-bus.spec.ts',
      `import { aBus } from './nats.fixture.js';\nmessageBusContract(aBus);`,
    );
    const fixture = planted('nats.fixture.ts', `import { NatsBus } from './nats-bus.js';`);
    expect(untried([...files, ADAPTER, spec, fixture])).toEqual([]);
  });

  it('is tried on each of its backends', () => {
    const without = files.filter((file) => !file.path.endsWith('jobs/src/redis/redis.spec.ts'));
    expect(untried(without)).toEqual([
      'BullJobs.openOnRedis (libs/shared/jobs/src/bull-jobs.ts): no spec runs jobsContract with it',
    ]);
  });

  it('cannot hide behind a port that was renamed', () => {
    expect(untried(files, [{ name: 'Bus', contract: 'busContract' }])).toEqual(['Bus: no adapter was found']);
  });
});
