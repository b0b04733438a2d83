import { readSettings } from '@vigil/config';
import { Alert, AlertCurve, Histogram, HitIndexState, HitPage, Volumes } from '@vigil/contracts';
import { eventually, serve, type TestServer, withTemporaryFolder, withTestDatabase } from '@vigil/testing';
import { Webhook } from 'standardwebhooks';
import { AlertsService } from './alerts-service.fixture.js';
import { AlertsDemo } from './demo.js';
import type { VerdictSketch } from './indexing/a-verdict.fixture.js';

const { db } = withTestDatabase();
const { folder } = withTemporaryFolder();

let service: AlertsService;
let receiver: TestServer;
const received: { headers: Record<string, string | string[] | undefined>; body: string }[] = [];
let answerWith = 200;

beforeAll(async () => {
  receiver = await serve((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(answerWith).end();
    });
  });
  service = await AlertsService.start({
    db: db(),
    evidenceFolder: folder(),
    settings: readSettings({
      VIGIL_ALLOW_HOSTS: `127.0.0.1:${receiver.port}`,
      VIGIL_UNDO_SECONDS: '60',
      VIGIL_CLAIM_MINUTES: '30',
    }),
  });
});

afterAll(async () => {
  await service?.stop();
  await receiver?.close();
});

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
let posts = 0;

/** Hits of the last minute, by several authors in two sources. */
const aBurst = (rule: string, count: number, over: VerdictSketch = {}): VerdictSketch[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `rss:https://example.org/a post?n=${++posts}&x=%20#top`,
    rules: [rule],
    author: `author-${i}`,
    source: i % 2 === 0 ? 'source-a' : 'source-b',
    channel: `channel-${i % 3}`,
    language: i % 2 === 0 ? 'ar' : 'ha',
    publishedAt: ago(60_000 - i * 1_000),
    collectedAt: ago(1_000),
    ...over,
  }));

describe('from verdicts to a reviewed alert', () => {
  test('a burst opens an alert, tells a webhook, and is claimed, decided and undone', async () => {
    const made = await service.ask('POST', '/channels', {
      kind: 'webhook',
      name: 'On call',
      url: `${receiver.url}/hook`,
    });
    expect(made).toMatchObject({
      status: 201,
      body: { kind: 'webhook', secret: expect.stringMatching(/^whsec_/) },
    });
    const { secret } = made.body as { secret: string };

    // Two weeks in which it was hardly heard of, brought in as history.
    await service.publish(
      ...Array.from({ length: 14 }, (_, day) => ({
        id: `rss:old-${day}`,
        rules: ['p/a'],
        backfill: true,
        publishedAt: ago((day + 1.5) * 86_400_000),
      })),
    );
    await service.publish(...aBurst('p/a', 40));
    const alert = await eventually(async () => (await service.alerts()).alerts[0] ?? null, {
      timeoutMs: 15_000,
    });
    expect(alert).toMatchObject({
      state: 'open',
      key: { kind: 'slogan', value: 'p/a', label: 'Title of p/a' },
      severity: 'high',
      indicator: 'territorial-claim',
      observed: 40,
      hits: 40,
      foundLate: false,
      demo: false,
      headline: expect.stringContaining('“Title of p/a” in 2 languages'),
    });
    expect(alert.sources.map((part) => [part.key, part.hits])).toEqual([
      ['source-a', 20],
      ['source-b', 20],
    ]);
    expect(alert.languages.map((part) => part.label).sort()).toEqual(['Arabic', 'Hausa']);
    expect(alert.spark).toHaveLength(24);
    expect(alert.probability).toBeLessThan(1e-4);

    const told = await eventually(() => received.find((one) => one.body.includes(alert.id)) ?? null);
    const verified = new Webhook(secret).verify(told.body, told.headers as Record<string, string>);
    expect(verified).toMatchObject({ type: 'alert.opened', data: { id: alert.id, severity: 'high' } });

    const claimed = await service.ask('POST', `/alerts/${alert.id}/claim`, { version: alert.version });
    expect(claimed).toMatchObject({
      status: 200,
      body: { state: 'claimed', claimedBy: 'Local administrator' },
    });
    const stale = await service.ask('POST', `/alerts/${alert.id}/decision`, {
      version: alert.version,
      outcome: 'watch',
    });
    expect(stale).toMatchObject({
      status: 409,
      body: { code: 'stale-version', message: expect.stringContaining('has changed since') },
    });

    const { version } = Alert.parse(claimed.body);
    const decided = await service.ask('POST', `/alerts/${alert.id}/decision`, {
      version,
      outcome: 'escalate',
      note: 'looked at all forty',
    });
    const decision = Alert.parse(decided.body).decision;
    expect(decided).toMatchObject({
      status: 200,
      body: {
        state: 'decided',
        claimedBy: null,
        decision: { outcome: 'escalate', by: 'Local administrator' },
      },
    });
    expect(Date.parse(decision!.undoUntil) - Date.parse(decision!.at)).toBe(60_000);
    expect((await service.alerts('?states=open,claimed')).alerts).toEqual([]);

    const undone = await service.ask('POST', `/decisions/${decision!.id}/undo`);
    expect(undone).toMatchObject({ status: 200, body: { state: 'open', decision: null } });
    expect(await service.ask('POST', `/decisions/${decision!.id}/undo`)).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });

    const audit = await service.ask('GET', '/audit?verify=true');
    expect(audit).toMatchObject({ status: 200, body: { brokenAt: null } });
    expect((audit.body as { entries: { action: string }[] }).entries.map((entry) => entry.action)).toEqual(
      expect.arrayContaining(['decision.undo', 'alert.decide', 'alert.claim', 'channel.create']),
    );
  });

  test('its hits come a page at a time, and its curve shows the rise over the band', async () => {
    const [alert] = (await service.alerts()).alerts;
    const seen = new Set<string>();
    let cursor = '';
    for (let pages = 0; pages < 10; pages++) {
      const page = HitPage.parse(
        (await service.ask('GET', `/alerts/${alert!.id}/hits?size=15${cursor}`)).body,
      );
      for (const { hit } of page.hits) seen.add(hit.post.id);
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(seen.size).toBe(40);
    expect(await service.ask('GET', `/alerts/${alert!.id}/hits?order=oldest${cursor}`)).toMatchObject({
      status: 400,
    });

    const curve = AlertCurve.parse((await service.ask('GET', `/alerts/${alert!.id}/curve`)).body);
    expect(curve.points.reduce((sum, point) => sum + point.hits, 0)).toBeGreaterThanOrEqual(40);
    const peak = curve.points.reduce((a, b) => (b.hits > a.hits ? b : a));
    expect(peak.hits).toBeGreaterThan(peak.high);
    expect(Object.keys(peak.bySource).sort()).toEqual(['source-a', 'source-b']);
  });

  test('search, histogram, one hit and volumes answer', async () => {
    const page = HitPage.parse(
      (await service.ask('GET', '/search?rules=p/a&text=%22words%20of%22&size=5')).body,
    );
    expect(page.total).toBeGreaterThanOrEqual(40);
    expect(page.hits[0]?.highlights.length).toBeGreaterThan(0);
    const histogram = Histogram.parse(
      (await service.ask('GET', '/search/histogram?rules=p/a&everySeconds=3600')).body,
    );
    expect(histogram.bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(page.total);
    const id = page.hits[0]!.hit.post.id;
    expect(await service.ask('GET', `/hits/${encodeURIComponent(id)}`)).toMatchObject({
      status: 200,
      body: { post: { id } },
    });
    expect(await service.ask('GET', '/hits/rss:nobody')).toMatchObject({ status: 404 });
    for (const by of ['none', 'source', 'region', 'slogan']) {
      const volumes = Volumes.parse((await service.ask('GET', `/volumes?by=${by}&everySeconds=300`)).body);
      expect(volumes.series.flatMap((one) => one.hits).reduce((a, b) => a + b, 0)).toBe(40);
      expect(volumes.alerts).toHaveLength(1);
      expect(volumes.series.every((one) => one.posts.length === volumes.at.length)).toBe(true);
    }
    expect(await service.ask('GET', '/volumes?from=2000-01-01T00:00:00Z&everySeconds=300')).toMatchObject({
      status: 400,
      body: { fields: [{ path: 'everySeconds' }] },
    });
  });

  test('demo data are told apart and leave no trace', async () => {
    await service.publish(...aBurst('p/demo', 40, { demo: true }));
    const alert = await eventually(
      async () => (await service.alerts()).alerts.find((one) => one.demo) ?? null,
      { timeoutMs: 15_000 },
    );
    expect(alert.key.value).toBe('p/demo');
    const demo = service.app.get(AlertsDemo, { strict: false });
    expect(await demo.demoState()).toEqual({ posts: 40, hits: 40, alerts: 1 });
    await demo.removeDemo();
    // What was still on its way when the demo was removed.
    await service.publish(...aBurst('p/demo', 3, { demo: true }), {
      id: 'rss:after-the-demo',
      source: 'source-c',
    });
    await eventually(
      async () => (await db().query(`SELECT 1 FROM count_bucket WHERE source = 'source-c'`)).length === 1,
    );
    expect(await demo.demoState()).toEqual({ posts: 0, hits: 0, alerts: 0 });
    expect(HitPage.parse((await service.ask('GET', '/search?rules=p/demo')).body).total).toBe(0);
    expect((await service.alerts()).alerts.map((one) => one.key.value)).toEqual(['p/a']);
  });

  test('posts held up by an outage open an alert found late; back-dated ones count on arrival', async () => {
    await service.publish(...aBurst('p/late', 12, { publishedAt: ago(5 * 3_600_000) }));
    await service.publish(...aBurst('p/backdated', 12, { publishedAt: ago(9 * 86_400_000) }));
    const late = await eventually(
      async () => (await service.alerts()).alerts.find((one) => one.key.value === 'p/late') ?? null,
      { timeoutMs: 15_000 },
    );
    expect(late).toMatchObject({
      foundLate: true,
      state: 'open',
      headline: expect.stringContaining('found late'),
    });
    expect(late.closedAt).not.toBeNull();
    const backDated = await eventually(
      async () => (await service.alerts()).alerts.find((one) => one.key.value === 'p/backdated') ?? null,
      { timeoutMs: 15_000 },
    );
    expect(backDated.foundLate).toBe(false);
  });

  test('lists page by every order without repeats', async () => {
    for (const order of ['severity', 'newest', 'due']) {
      const ids: string[] = [];
      for (let cursor = ''; ;) {
        const page = await service.alerts(`?size=1&order=${order}${cursor}`);
        ids.push(...page.alerts.map((alert) => alert.id));
        expect(page.total).toBe(3);
        if (page.next === null) break;
        cursor = `&cursor=${page.next}`;
      }
      expect(new Set(ids).size).toBe(3);
    }
    expect(await service.ask('GET', '/alerts?cursor=nonsense')).toMatchObject({
      status: 400,
      body: { fields: [{ path: 'cursor' }] },
    });
    expect(await service.ask('GET', '/alerts/not-an-id')).toMatchObject({ status: 404 });
  });

  test('a cursor that somebody made up is refused by name, whatever it holds', async () => {
    const [alert] = (await service.alerts()).alerts;
    const made = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    for (const url of [
      `/alerts?cursor=${made('alerts severity all', 'x', 'y', 'z')}`,
      `/alerts?cursor=${made('alerts severity all', 1e300, ago(0), alert!.id)}`,
      `/alerts/${alert!.id}/hits?cursor=${made(`hits ${alert!.id} newest`, 'then', 'now', '')}`,
      `/alerts/${alert!.id}/hits?cursor=${made(`hits ${alert!.id} newest`, ago(9), ago(0), 'x'.repeat(100))}`,
      `/deliveries?cursor=${made('deliveries', 'yesterday', 'one')}`,
    ]) {
      expect([url, await service.ask('GET', url)]).toMatchObject([url, { status: 400 }]);
    }
  });

  test('a failing channel’s test says why, and a removed one is gone', async () => {
    const { body } = await service.ask('GET', '/channels');
    const [channel] = body as { id: string; secret?: string }[];
    expect(channel).not.toHaveProperty('secret');
    answerWith = 500;
    const tested = await service.ask('POST', `/channels/${channel!.id}/test`);
    expect(tested).toMatchObject({
      status: 200,
      body: { state: 'pending', attempts: 1, reason: expect.stringContaining('answered 500') },
    });
    answerWith = 200;
    const mail = await service.ask('POST', '/channels', {
      kind: 'mail',
      name: 'Desk',
      to: ['desk@example.org'],
    });
    expect(mail).toMatchObject({ status: 201, body: { off: expect.stringContaining('VIGIL_SMTP_URL') } });
    const { id } = mail.body as { id: string };
    expect(await service.ask('POST', `/channels/${id}/test`)).toMatchObject({
      body: { state: 'failed', reason: expect.stringContaining('VIGIL_SMTP_URL') },
    });
    expect(await service.ask('DELETE', `/channels/${id}`)).toMatchObject({ status: 204 });
    expect(await service.ask('DELETE', `/channels/${id}`)).toMatchObject({ status: 404 });
    expect(await service.ask('GET', '/deliveries')).toMatchObject({ status: 200 });
    expect(
      await service.ask('POST', '/channels', {
        kind: 'webhook',
        name: 'x',
        url: 'http://example.org',
        secret: 'much-too-simple-a-secret',
      }),
    ).toMatchObject({ status: 400 });
  });

  test('open pages hear of changes over the event stream', async () => {
    const stream = await service.events();
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const reader = stream.body!.getReader();
    const heard: string[] = [];
    const listening = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        heard.push(new TextDecoder().decode(value));
      }
    })().catch(() => undefined);
    await service.publish(...aBurst('p/heard', 30));
    await eventually(() => expect(heard.join('')).toMatch(/event: alert\ndata: \{"type":"alert"/), {
      timeoutMs: 15_000,
    });
    await eventually(() => expect(heard.join('')).toMatch(/event: hits\n/));
    await reader.cancel();
    await listening;
  });

  test('reindexing over HTTP brings back what the index lost', async () => {
    await db().query('TRUNCATE hit_index, hit_index_text');
    const answer = await service.ask('POST', '/system/reindex');
    expect(answer).toMatchObject({ status: 202, body: { state: 'running' } });
    const state = await eventually(async () => {
      const { body } = await service.ask('GET', '/system/hit-index');
      return HitIndexState.parse(body).rebuild?.state === 'done' && HitIndexState.parse(body);
    });
    expect(state).toMatchObject({ waiting: 0, setAside: { count: 0, newest: [] } });
    expect(state.rebuild?.queued).toBe(state.rebuild?.total);
    expect(HitPage.parse((await service.ask('GET', '/search?rules=p/a')).body).total).toBeGreaterThanOrEqual(
      40,
    );
    expect(await service.ask('POST', '/system/reindex', { from: 'yesterday' })).toMatchObject({
      status: 400,
    });
    expect(await service.ask('POST', '/system/hit-index/replay')).toMatchObject({
      status: 200,
      body: { replayed: 0 },
    });
  });

  test('metrics say what was done', async () => {
    const metrics = await service.engines.telemetry.metrics.metrics();
    expect(metrics).toMatch(/vigil_alerts_verdicts_total(\{[^}]*\})? \d{2,}/);
    expect(metrics).toMatch(/vigil_alerts_outbox_depth(\{[^}]*\})? 0/);
    expect(metrics).toMatch(/vigil_alerts_opened_total(\{[^}]*\})? [4-9]/);
  });
});
