import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { describeWithEngine, eventually, recordingTelemetry, type Way, wayTo } from '@vigil/testing';
import { Redis } from 'ioredis';
import { BullJobs } from '../bull-jobs.js';
import { jobsContract, outageContract } from '../jobs.contract.js';
import { addressOf, redisOptions } from './connections.js';
import { openRedisBackend } from './open.js';

const aPrefix = (): string => `vigil-test-${randomUUID()}`;

async function wayToRedis(url: string): Promise<Way & { readonly url: string }> {
  const { host = '', port = 0 } = redisOptions(url);
  const way = await wayTo({ host, port });
  const through = new URL(url);
  through.host = way.host;
  return { ...way, url: through.href };
}

describeWithEngine('BullJobs on Redis', { name: 'redis', variable: 'VIGIL_TEST_REDIS_URL' }, (url) => {
  const used: string[] = [];
  const prefixed = (redisUrl = url) => {
    const redisPrefix = aPrefix();
    used.push(redisPrefix);
    return { redisUrl, redisPrefix };
  };
  let server: Redis;
  beforeAll(() => {
    server = new Redis(redisOptions(url));
  });
  const empty = async (prefix: string): Promise<void> => {
    for await (const keys of server.scanStream({ match: `${prefix}:*`, count: 500 })) {
      if (Array.isArray(keys) && keys.length > 0) await server.unlink(...keys.map(String));
    }
  };
  afterAll(async () => {
    for (const prefix of used) await empty(prefix);
    await server.quit();
  });

  jobsContract('Redis', (telemetry) => BullJobs.openOnRedis(prefixed(), telemetry));

  outageContract('Redis', async () => {
    const way = await wayToRedis(url);
    const jobs = await BullJobs.openOnRedis(prefixed(way.url), recordingTelemetry().telemetry);
    return {
      jobs,
      away: async () => {
        await way.cut();
        await expect(jobs.queue('work').add('look', { n: 'lost' })).rejects.toThrow();
        await way.mend();
      },
      close: async () => {
        await jobs.close();
        await way.cut();
      },
    };
  });

  test('a server that comes back empty takes jobs and schedulers anew', async () => {
    const way = await wayToRedis(url);
    const options = prefixed(way.url);
    const { telemetry } = recordingTelemetry();
    const jobs = await BullJobs.openOnRedis(options, telemetry);
    let ticks = 0;
    jobs.worker('ticks', async () => void (ticks += 1));
    await jobs.queue('ticks').upsertJobScheduler('poll', { every: 200 });
    await eventually(() => ticks > 0);
    expect((await telemetry.checks()).find(({ name }) => name === 'redis')?.problem).toBeNull();

    await way.cut();
    await empty(options.redisPrefix);
    expect((await telemetry.checks()).find(({ name }) => name === 'redis')?.problem).toMatch(
      /^Redis \(127\.0\.0\.1:\d+\): .*Jobs wait/,
    );
    await way.mend();

    const before = ticks;
    await eventually(() =>
      jobs
        .queue('ticks')
        .upsertJobScheduler('poll', { every: 200 })
        .then(() => true),
    );
    await eventually(() => ticks > before + 1, { timeoutMs: 20_000 });
    await jobs.close();
    await way.cut();
  });

  test('closes in time while the server is away', async () => {
    const way = await wayToRedis(url);
    const jobs = await BullJobs.openOnRedis(prefixed(way.url), recordingTelemetry().telemetry);
    let runs = 0;
    jobs.worker('work', async () => void (runs += 1));
    await jobs.queue('work').add('look', {});
    await eventually(() => runs === 1);
    await way.cut();
    const began = performance.now();
    await jobs.close();
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  describe('a user of an access list', () => {
    const user = `vigil-${randomUUID()}`;
    const as = (name: string, password: string): string => {
      const address = new URL(url);
      address.username = name;
      address.password = encodeURIComponent(password);
      return address.href;
    };
    afterAll(() => server.acl('DELUSER', user));

    test('with the rights that the settings name is enough', async () => {
      const options = prefixed(as(user, 'hunter2 @:/'));
      await server.acl(
        'SETUSER',
        user,
        'on',
        '>hunter2 @:/',
        `~${options.redisPrefix}:*`,
        '+@all',
        '-@dangerous',
        '+info',
      );
      const jobs = await BullJobs.openOnRedis(options, recordingTelemetry().telemetry);
      let runs = 0;
      jobs.worker('work', async () => void (runs += 1));
      await jobs.queue('work').add('look', {});
      await eventually(() => runs === 1);
      await jobs.close();
    });

    test.each<[what: string, options: () => Parameters<typeof openRedisBackend>[0], message: RegExp]>([
      [
        'other keys',
        () => prefixed(as(user, 'hunter2 @:/')),
        /^VIGIL_REDIS_URL \([\w.:]+\): the user may not do what is needed: .*VIGIL_REDIS_PREFIX/,
      ],
      [
        'a wrong password',
        () => prefixed(as(user, 'hunter3')),
        /^VIGIL_REDIS_URL \([\w.:]+\): the user or password is refused: WRONGPASS/,
      ],
    ])('%s is one line that names variable, address and cause', async (_, options, message) => {
      const opening = openRedisBackend(options(), recordingTelemetry().telemetry);
      const error: unknown = await opening.catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'engine-misconfigured', message: expect.stringMatching(message) });
      expect(String(error)).not.toMatch(/hunter|\n/);
    });
  });
});

/** A server of the few commands that a start asks, over the protocol of Redis: an array of words, each with its length. */
async function pretended(
  answers: (words: readonly string[]) => string,
): Promise<{ url: string; close(): void }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const command of bytes
        .toString()
        .split(/^\*\d+\r\n/m)
        .slice(1)) {
        const words = command.split('\r\n').filter((_, i) => i % 2 === 1);
        socket.write(answers(words.map((word) => word.toLowerCase())));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `redis://vigil:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

describe('opening the queues on a Redis that will not do', () => {
  const { telemetry } = recordingTelemetry();

  test('an address that does not answer is waited for, then named without its password', async () => {
    const options = { redisUrl: 'redis://vigil:hunter2@127.0.0.1:9', redisPrefix: 'vigil' };
    const error: unknown = await openRedisBackend(options, telemetry, { waitForServerMs: 300 }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringMatching(
        /^VIGIL_REDIS_URL \(127\.0\.0\.1:9\): no Redis answers there: connect ECONNREFUSED/,
      ),
    });
    expect(String(error)).not.toMatch(/hunter|\n/);
  });

  test.each<[what: string, section: Record<string, string>, write: string, message: RegExp]>([
    ['too old', { server: 'redis_version:6.0.16' }, '+OK\r\n', /this Redis is 6\.0\.16; Vigil needs 6\.2/],
    [
      'one that drops keys',
      { memory: 'maxmemory_policy:allkeys-lru' },
      '+OK\r\n',
      /maxmemory-policy is allkeys-lru.*must be noeviction$/,
    ],
    [
      'read-only',
      {},
      "-READONLY You can't write against a read only replica.\r\n",
      /this Redis does not let us write: READONLY/,
    ],
  ])('%s', async (_, section, write, message) => {
    const facts: Record<string, string> = {
      server: 'redis_version:7.2.4',
      memory: 'maxmemory_policy:noeviction',
      ...section,
    };
    const server = await pretended(([command = '', about = '']) =>
      command === 'info' ? bulk(`${facts[about] ?? ''}\r\n`) : command.startsWith('eval') ? write : '+OK\r\n',
    );
    const opening = openRedisBackend({ redisUrl: server.url, redisPrefix: 'vigil' }, telemetry);
    const error: unknown = await opening.catch((e: unknown) => e);
    server.close();
    expect(error).toMatchObject({ code: 'engine-misconfigured', message: expect.stringMatching(message) });
    expect(String(error)).toMatch(/VIGIL_REDIS_URL \(127\.0\.0\.1:\d+\)/);
    expect(String(error)).not.toMatch(/hunter|\n/);
  });
});

describe('the address of a Redis', () => {
  test('gives user, password, database and TLS', () => {
    expect(redisOptions('rediss://vigil:p%40ss%3A@redis.example:6380/3')).toMatchObject({
      host: 'redis.example',
      port: 6380,
      username: 'vigil',
      password: 'p@ss:',
      db: 3,
      tls: {},
    });
  });

  test('is shown without them', () => {
    expect(addressOf('redis://vigil:hunter2@[::1]')).toBe('[::1]:6379');
    expect(redisOptions('redis://[::1]')).toMatchObject({ host: '::1', port: 6379, db: 0 });
    expect(redisOptions('redis://localhost').tls).toBeUndefined();
    expect(redisOptions('redis://:50%@localhost').password).toBe('50%');
  });
});
