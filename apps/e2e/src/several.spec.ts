import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestDatabase, eventually, temporaryFolder, type TestDatabase } from '@vigil/testing';
import { clusterEnv } from './cluster-env.js';
import { type Feeds, serveFeeds } from './feeds.js';
import { type Service, type ServiceName, startService } from './service.js';

/** Two of each start at once on two cores. */
const START_WITHIN_MS = 180_000;
/** A killed member's partitions are free after a Kafka session, at the longest. */
const TAKEN_OVER_WITHIN_MS = 45_000;
/** Six processes beside the other tests of two cores: what takes seconds alone has been seen to take a minute. */
const TEST_WITHIN_MS = 150_000;
const SOURCES = Array.from({ length: 12 }, (_, i) => `feed-${i}`);

const cluster = clusterEnv();
const installations: [string, Record<string, string>][] = [
  ['one PostgreSQL', {}],
  ...(cluster === null ? [] : [['the engines of a cluster', cluster] as [string, Record<string, string>]]),
];

describe.each(installations)('two of each service on %s', (_, engines) => {
  const all: Service[] = [];
  let postgres: TestDatabase;
  let dataDir = '';
  let feeds: Feeds;
  let token = '';
  let [collector, otherCollector, classifier, otherClassifier, alerts, otherAlerts]: Service[] = [];

  beforeAll(async () => {
    [postgres, dataDir, feeds] = await Promise.all([createTestDatabase(), temporaryFolder(), serveFeeds()]);
    const env = {
      VIGIL_DATABASE_URL: postgres.database.connectionString,
      VIGIL_DATABASE_POOL: '5',
      VIGIL_DATA_DIR: dataDir,
      VIGIL_ALLOW_HOSTS: '127.0.0.1',
      VIGIL_POLL_CONCURRENCY: '2',
      ...engines,
    };
    const names: ServiceName[] = ['collector', 'collector', 'classifier', 'classifier', 'alerts', 'alerts'];
    const started = await Promise.allSettled(names.map((name) => startService(name, env)));
    for (const one of started) if (one.status === 'fulfilled') all.push(one.value);
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    [collector, otherCollector, classifier, otherClassifier, alerts, otherAlerts] = all;
    token = (await readFile(join(dataDir, 'cli-token'), 'utf8')).trim();
  }, START_WITHIN_MS);
  afterAll(async () => {
    await Promise.all(all.map((service) => service.stop()));
    await feeds?.close();
    await postgres?.drop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }, 60_000);

  /** Asks as the command line does. Throws with the answer where it is no success. */
  async function ask<T>(
    service: Service | undefined,
    method: string,
    path: string,
    body?: object,
  ): Promise<T> {
    const answer = await fetch(`${service?.address}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json() as Promise<T>;
  }

  const watch = (service: Service | undefined, id: string) =>
    ask(service, 'POST', '/sources', {
      id,
      name: id,
      locator: { kind: 'rss', url: feeds.address(id) },
      labels: { region: 'sahel' },
      justification: { reason: 'a feed of a test', approvedBy: 'tester', until: '2099-01-01T00:00:00Z' },
      schedule: { everySeconds: 600 },
    });

  const sum = async (services: (Service | undefined)[], metric: string) => {
    const each = await Promise.all(services.map((service) => service?.metric(metric) ?? 0));
    return each.reduce((one, other) => one + other, 0);
  };

  test('all are ready, and the first start published each pack once', async () => {
    for (const service of all) await eventually(async () => (await service.readiness()).status === 200);
    const versions = await ask<unknown[]>(classifier, 'GET', '/packs/isis-messaging/versions');
    expect(versions).toHaveLength(1);
  });

  test(
    'share the sources, the posts and the verdicts, and nobody asks for a feed twice at a time',
    async () => {
      for (const id of SOURCES) await watch(collector, id);
      // Answered, not only asked: a poll asked for while one runs is the one that runs.
      await eventually(
        async () => {
          const sources = await ask<{ health: { lastSuccessAt: string | null } }[]>(
            collector,
            'GET',
            '/sources',
          );
          return (
            sources.length === SOURCES.length && sources.every(({ health }) => health.lastSuccessAt !== null)
          );
        },
        { timeoutMs: TAKEN_OVER_WITHIN_MS },
      );
      // Told to poll through both at once.
      for (const id of SOURCES)
        await Promise.all([
          ask(collector, 'POST', `/sources/${id}/poll`),
          ask(otherCollector, 'POST', `/sources/${id}/poll`),
        ]);
      await eventually(() => SOURCES.every((id) => feeds.asked(id) >= 2), {
        timeoutMs: TAKEN_OVER_WITHIN_MS,
      });
      const collectors = [collector, otherCollector];
      const posts = await eventually(async () => {
        const sources = await ask<{ health: { state: string; postsCollected: number } }[]>(
          otherCollector,
          'GET',
          '/sources',
        );
        return (
          sources.every(({ health }) => health.state === 'ok') &&
          sources.reduce((total, { health }) => total + health.postsCollected, 0)
        );
      });
      await eventually(async () => {
        expect(await sum([classifier, otherClassifier], 'vigil_classifier_posts_total')).toBe(posts);
        expect(await sum([alerts, otherAlerts], 'vigil_alerts_verdicts_total')).toBe(posts);
      });
      for (const each of collectors)
        expect(await each?.metric('vigil_collector_reads_total')).toBeGreaterThan(0);
      for (const each of [classifier, otherClassifier])
        expect(await each?.metric('vigil_classifier_posts_total')).toBeGreaterThan(0);
      for (const each of [alerts, otherAlerts])
        expect(await each?.metric('vigil_alerts_verdicts_total')).toBeGreaterThan(0);
      expect(feeds.mostAtOnce).toBe(1);
    },
    TEST_WITHIN_MS,
  );

  test('a source that one collector pauses or adds is paused or read by the other', async () => {
    const [id = ''] = SOURCES;
    feeds.hold(id);
    const before = feeds.asked(id);
    await ask(collector, 'POST', `/sources/${id}/poll`);
    await eventually(() => feeds.asked(id) === before + 1);
    // Whoever holds it, one of the two is not the one that is told: reading ends, and the lease is given back.
    await ask(otherCollector, 'PATCH', `/sources/${id}`, { paused: true });
    await eventually(
      async () =>
        (await ask<{ health: { state: string } }>(collector, 'GET', `/sources/${id}`)).health.state ===
        'paused',
    );
    await eventually(
      async () => (await sum([collector, otherCollector], 'vigil_collector_sources_running')) === 0,
      { timeoutMs: 5_000 },
    );
    feeds.release(id);
    await watch(otherCollector, 'feed-new');
    await eventually(() => feeds.asked('feed-new') === 1, { timeoutMs: 5_000 });
    expect(feeds.asked(id)).toBe(before + 1);
    await ask(collector, 'PATCH', `/sources/${id}`, { paused: false });
    await eventually(() => feeds.asked(id) > before + 1, { timeoutMs: 8_000 });
  });

  test('a pack published at one classifier is in force at both within 5 s', async () => {
    const { content } = await ask<{ content: { description: string } }>(
      classifier,
      'GET',
      '/packs/isis-messaging',
    );
    const { ruleset } = await ask<{ ruleset: number }>(otherClassifier, 'POST', '/packs', {
      ...content,
      description: 'Changed by a test.',
    });
    for (const each of [classifier, otherClassifier])
      await eventually(async () => (await each?.metric('vigil_ruleset')) === ruleset, { timeoutMs: 5_000 });
  });

  test('a session made at one service holds at the others', async () => {
    const { token: link } = await ask<{ token: string }>(alerts, 'POST', '/session/links');
    const signedIn = await fetch(`${otherAlerts?.address}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: link }),
    });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const { csrfToken } = (await signedIn.json()) as { csrfToken: string };
    const id = SOURCES[1];
    for (const [service, path] of [
      [alerts, '/alerts'],
      [collector, '/sources'],
      [classifier, '/packs'],
    ] as const)
      expect((await fetch(`${service?.address}/api${path}`, { headers: { cookie } })).status).toBe(200);
    const poll = (headers: Record<string, string>) =>
      fetch(`${otherCollector?.address}/api/sources/${id}/poll`, {
        method: 'POST',
        headers: { cookie, ...headers },
      });
    expect((await poll({})).status).toBe(403);
    expect((await poll({ 'x-csrf-token': csrfToken })).status).toBe(202);
  });

  test(
    'one of each is killed, and the others take over what it held',
    async () => {
      const id = SOURCES[2] ?? '';
      feeds.hold(id);
      const running = () => sum([collector, otherCollector], 'vigil_collector_sources_running');
      await eventually(async () => (await running()) === 0);
      const asked = feeds.asked(id);
      await ask(collector, 'POST', `/sources/${id}/poll`);
      await eventually(async () => feeds.asked(id) === asked + 1 && (await running()) === 1);
      const holder =
        (await collector?.metric('vigil_collector_sources_running')) === 1 ? collector : otherCollector;
      const left = holder === collector ? otherCollector : collector;
      await Promise.all([holder?.kill(), classifier?.kill(), alerts?.kill()]);
      feeds.release(id);
      await eventually(() => feeds.asked(id) >= asked + 2, { timeoutMs: TAKEN_OVER_WITHIN_MS });

      const before = await sum([otherAlerts], 'vigil_alerts_verdicts_total');
      const imported = SOURCES.map((source, i) => ({
        source,
        text: `A quiet day, ${i}`,
        channel: `channel-${i}`,
        id: i,
      }));
      await ask(left, 'POST', '/sources', {
        id: 'imported',
        name: 'imported',
        locator: { kind: 'import' },
        justification: { reason: 'lines of a test', approvedBy: 'tester', until: '2099-01-01T00:00:00Z' },
      });
      const answer = await fetch(`${left?.address}/api/import?source=imported`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
        body: imported
          .map(({ text, channel, id: line }) => JSON.stringify({ text, channel, id: line }))
          .join('\n'),
      });
      expect(answer.status).toBe(200);
      await eventually(
        async () => (await sum([otherAlerts], 'vigil_alerts_verdicts_total')) >= before + imported.length,
        { timeoutMs: TAKEN_OVER_WITHIN_MS },
      );
      expect(feeds.mostAtOnce).toBe(1);
    },
    TEST_WITHIN_MS,
  );

  test('each path has one service, as docs/operations.md says', async () => {
    const [own, standalone] = [new Map<string, string[]>(), new Set<string>()];
    for (const service of [
      otherClassifier,
      otherAlerts,
      collector?.isRunning() ? collector : otherCollector,
    ]) {
      const { paths } = (await (await service?.get('/api/docs-json'))?.json()) as { paths: object };
      for (const prefix of new Set(Object.keys(paths).map((path) => path.split('/').slice(0, 3).join('/')))) {
        if (!prefix.startsWith('/api/')) continue;
        own.set(prefix, [...(own.get(prefix) ?? []), service?.name ?? '']);
      }
    }
    const documented = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
    for (const [prefix, owners] of own) {
      expect([prefix, owners]).toEqual([prefix, [expect.any(String)]]);
      const row = documented.split('\n').find((line) => line.startsWith(`| ${owners[0]} |`)) ?? '';
      expect(row).toContain(`\`${prefix}\``);
      standalone.add(prefix);
    }
    expect(standalone.size).toBeGreaterThan(10);
  });
});
