import { gzipSync } from 'node:zlib';
import { eventually, withTestDatabase } from '@vigil/testing';
import {
  aDraft,
  serve,
  startCollector,
  type LoopbackServer,
  type RunningCollector,
} from '../../testing/harness.js';

interface Page {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

describe('collecting feeds', () => {
  const { db } = withTestDatabase();
  let running: RunningCollector;
  let server: LoopbackServer;
  let page: Page = {};
  const asked: Record<string, string | string[] | undefined>[] = [];

  beforeEach(async () => {
    await db().query('DELETE FROM source');
    asked.length = 0;
    page = {};
    server = await serve((request, response) => {
      asked.push(request.headers);
      response
        .writeHead(page.status ?? 200, { 'content-type': 'application/rss+xml', ...page.headers })
        .end(page.body ?? '');
    });
    running = await startCollector(db());
    running.published.length = 0;
  });
  afterEach(async () => {
    await running.stop();
    await server.close();
  });

  const rss = (...items: string[]) =>
    `<rss version="2.0"><channel><title>A channel</title><language>fr</language>${items.join('')}</channel></rss>`;
  const item = (id: string, text: string) =>
    `<item><guid isPermaLink="false">${id}</guid><title>${id}</title><description>${text}</description></item>`;
  const watch = (id: string) =>
    running.sources.create([aDraft(id, { kind: 'rss', url: `${server.url}/feed` })], 'tester');
  const health = async (id: string) => (await running.sources.get(id)).health;
  const polled = (id: string) =>
    eventually(async () => ((await health(id)).lastSuccessAt !== null ? health(id) : null));
  const pollAgain = async (id: string) => {
    const before = asked.length;
    await eventually(async () => (await health(id)).state !== 'collecting');
    await running.sources.makeDue(id);
    await eventually(() => asked.length > before, { timeoutMs: 15_000 });
    await eventually(async () => (await health(id)).state !== 'collecting');
  };

  it('publishes an entry as a post: text, links, media, author, language, date; and keeps the document', async () => {
    page.headers = { 'content-encoding': 'gzip' };
    page.body = gzipSync(
      `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>A channel</title><link>https://example.org/</link>
      <item><guid>https://example.org/1</guid><title>First &amp;amp; foremost</title><dc:creator>A. Writer</dc:creator><pubDate>Sat, 21 Nov 2026 09:00:00 +0100</pubDate>
      <description>&lt;p&gt;Some &lt;b&gt;bold&lt;/b&gt; text&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;ul&gt;&lt;li&gt;&lt;a href="/x?a=1&amp;amp;b=2"&gt;one&lt;/a&gt;&lt;/li&gt;&lt;/ul&gt;&lt;img src="//cdn.example.org/i.png"&gt;</description>
      <enclosure url="https://example.org/a.mp3" type="audio/mpeg" length="5"/><language>fr_CH</language></item></channel></rss>`,
    );
    await watch('full');
    const event = await eventually(() => running.published[0] ?? null);
    expect(event).toMatchObject({
      type: 'observed',
      post: {
        id: 'rss:https://example.org/1',
        title: 'First & foremost',
        text: 'First & foremost\n\nSome bold text\n\none',
        author: { displayName: 'A. Writer' },
        publishedAt: '2026-11-21T08:00:00.000Z',
        language: 'fr-CH',
        links: [`${server.url}/x?a=1&b=2`],
        media: [
          { url: 'https://example.org/a.mp3', mime: 'audio/mpeg' },
          { url: 'http://cdn.example.org/i.png' },
        ],
        permalink: 'https://example.org/1',
        channel: `${server.url}/feed`,
      },
    });
    const kept = await running.evidence.get(event.post.capture ?? '');
    expect(Buffer.from(kept ?? []).toString()).toContain('First &amp;amp; foremost');
  });

  it('asks conditionally, publishes only what is new or changed, and counts revisions', async () => {
    page = {
      headers: { etag: '"v1"', 'last-modified': 'Sat, 21 Nov 2026 09:00:00 GMT' },
      body: rss(item('b', 'two'), item('a', 'one')),
    };
    await watch('changes');
    await polled('changes');
    page = { status: 304 };
    await pollAgain('changes');
    expect(asked[1]).toMatchObject({
      'if-none-match': '"v1"',
      'if-modified-since': 'Sat, 21 Nov 2026 09:00:00 GMT',
    });
    page = { body: rss(item('c', 'three'), item('b', 'two, corrected'), item('a', 'one')) };
    await pollAgain('changes');
    page = { body: rss(item('c', 'three'), item('b', 'two, corrected again'), item('a', 'one')) };
    await pollAgain('changes');
    await eventually(() => running.published.length === 5);
    expect(running.published.map((event) => [event.type, event.post.title, event.post.revision])).toEqual([
      ['observed', 'a', 0],
      ['observed', 'b', 0],
      ['edited', 'b', 1],
      ['observed', 'c', 0],
      ['edited', 'b', 2],
    ]);
    expect(running.published[0]?.post.id).toBe(`rss:${server.url}/feed#a`);
  }, 60_000);

  it('waits as long as the feed or its server asks for', async () => {
    page = {
      headers: { 'cache-control': 'public, max-age=1200' },
      body: rss('<ttl>30</ttl>', item('a', 'one')),
    };
    await watch('patient');
    const { nextPollAt } = await polled('patient');
    const minutes = (Date.parse(nextPollAt ?? '') - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(28);
    expect(minutes).toBeLessThanOrEqual(30);
  });

  it('fails with a reason and honours Retry-After', async () => {
    page = { status: 429, headers: { 'retry-after': '4000' } };
    await watch('limited');
    const failed = await eventually(async () =>
      (await health('limited')).state === 'failing' ? health('limited') : null,
    );
    expect(failed).toMatchObject({ lastError: "the feed's server answered 429", consecutiveFailures: 1 });
    expect(Date.parse(failed.nextPollAt ?? '') - Date.now()).toBeGreaterThan(3_900_000);
  });

  it('pauses a feed that is gone for good', async () => {
    page = { status: 410 };
    await watch('gone');
    const paused = await eventually(async () =>
      (await health('gone')).state === 'paused' ? health('gone') : null,
    );
    expect(paused.lastError).toContain('410');
  });

  it('says what a document is that is no feed, and refuses private addresses by name', async () => {
    page = { body: '<!doctype html><html><body>Hello</body></html>' };
    await watch('page');
    await running.sources.create(
      [aDraft('inner', { kind: 'rss', url: 'http://169.254.169.254/feed' })],
      'tester',
    );
    await eventually(async () =>
      expect((await health('page')).lastError).toBe(
        'this is a web page (its feed may be linked from it), not an RSS, Atom or RDF feed',
      ),
    );
    await eventually(async () => expect((await health('inner')).lastError).toContain('linkLocal address'));
    expect(running.published).toEqual([]);
  });
});
