import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PostEvent } from '@vigil/contracts';
import { GuardedClient } from '@vigil/fetching';
import { serve, withTestDatabase, type TestServer } from '@vigil/testing';
import { anEvent } from '../testing/events.js';
import { Expander, type Expansion } from './expander.js';
import { Redirects } from './redirects.js';
import { SHORTENERS, ShortenedLinks } from './shorteners.js';

const pg = withTestDatabase();
const NEVER = new AbortController().signal;

/** The paths of a shortener: where each leads, or the status it answers. */
const PATHS: Readonly<Record<string, string | number>> = {
  '/channel': 'https://t.me/green_banner',
  '/relative': '/channel',
  '/app': 'tg://resolve?domain=green_banner',
  '/script': 'javascript:alert(1)',
  '/page': 200,
  '/gone': 410,
  '/busy': 429,
};

let shortener: TestServer;
let target: TestServer;
let client: GuardedClient;
let host: string;
const asked: string[] = [];
let visits = 0;

function answer({ url = '/', method }: IncomingMessage, response: ServerResponse): void {
  asked.push(`${method} ${url}`);
  const path = PATHS[url];
  if (url === '/loop') response.writeHead(301, { location: '/loop' });
  else if (url === '/site') response.writeHead(302, { location: `${target.url}/secret` });
  else if (url === '/get-only')
    response.writeHead(
      method === 'GET' ? 301 : 405,
      method === 'GET' ? { location: 'https://example.org/a' } : {},
    );
  else if (typeof path === 'string') response.writeHead(301, { location: path });
  else response.writeHead(path ?? 404);
  response.end();
}

beforeAll(async () => {
  shortener = await serve(answer);
  target = await serve((_, response) => {
    visits++;
    response.end();
  });
  host = `127.0.0.1:${shortener.port}`;
  client = new GuardedClient({
    allowHosts: ['127.0.0.1'],
    timeoutMs: 5_000,
    maxBytes: 1_000_000,
    userAgent: 'test',
  });
});
afterAll(async () => {
  await client.close();
  await shortener.close();
  await target.close();
});
beforeEach(async () => {
  asked.length = 0;
  await pg.db().query('DELETE FROM link_redirect');
});

function make(
  options: {
    client?: Pick<GuardedClient, 'fetch'>;
    redirects?: Pick<Redirects, 'known' | 'keep' | 'tidy'>;
  } = {},
) {
  const counts: Partial<Record<Expansion, number>> = {};
  const errors: unknown[] = [];
  const expander = new Expander({
    client,
    redirects: new Redirects(pg.db()),
    shorteners: [host],
    count: (outcome, links) => (counts[outcome] = (counts[outcome] ?? 0) + links),
    onError: (error) => errors.push(error),
    ...options,
  });
  return { expander, counts, errors };
}

const post = (text: string, links: string[] = []): PostEvent => {
  const event = anEvent('x');
  return { ...event, post: { ...event.post, text, links } };
};
const redirectsOf = async (expander: Expander, ...events: PostEvent[]) =>
  (await expander.expand(events, NEVER)).map((event) => event.post.redirects);

describe('shortened links', () => {
  it.each<[string, string | undefined]>([
    ['/channel', 'https://t.me/green_banner'],
    ['/relative', 'https://t.me/green_banner'],
    ['/app', 'tg://resolve?domain=green_banner'],
    ['/get-only', 'https://example.org/a'],
    ['/script', undefined],
    ['/page', undefined],
    ['/gone', undefined],
    ['/loop', undefined],
  ])('%s leads to %s', async (path, to) => {
    const from = `http://${host}${path}`;
    const [redirects] = await redirectsOf(make().expander, post('Look', [from]));
    expect(redirects).toEqual(to === undefined ? undefined : [{ from, to }]);
  });

  it('are found in the text as well, and kept as the post has them', async () => {
    const from = `http://${host}/channel`;
    const event = post(`Join (${from}). Now`);
    const [expanded] = await make().expander.expand([event], NEVER);
    expect(expanded).toEqual({
      ...event,
      post: { ...event.post, redirects: [{ from, to: 'https://t.me/green_banner' }] },
    });
  });

  it('are asked of the shortener alone: where they lead learns nothing', async () => {
    const [redirects] = await redirectsOf(make().expander, post('', [`http://${host}/site`]));
    expect(redirects?.[0]?.to).toBe(`${target.url}/secret`);
    expect(visits).toBe(0);
    expect(asked).toEqual(['HEAD /site']);
  });

  it('are asked once, by whichever collector comes first', async () => {
    const event = post('', [`http://${host}/channel`, `http://${host}/gone`]);
    await redirectsOf(make().expander, event);
    const before = asked.length;
    const { expander, counts } = make();
    expect(await redirectsOf(expander, event)).toHaveLength(1);
    expect(asked).toHaveLength(before);
    expect(counts).toEqual({ known: 2 });
  });

  it('are asked again once what was known has expired', async () => {
    const event = post('', [`http://${host}/channel`]);
    await redirectsOf(make().expander, event);
    await pg.db().query(`UPDATE link_redirect SET expires_at = now() - interval '1 minute'`);
    await redirectsOf(make().expander, event);
    expect(asked).toEqual(['HEAD /channel', 'HEAD /channel']);
  });

  it('of a shortener that refuses stay as they are, and it is left alone', async () => {
    const { expander, counts } = make();
    const busy = post('', [`http://${host}/busy`]);
    expect(await redirectsOf(expander, busy)).toEqual([undefined]);
    expect(await redirectsOf(expander, post('', [`http://${host}/channel`]))).toEqual([undefined]);
    expect(asked).toEqual(['HEAD /busy']);
    expect(counts).toMatchObject({ failed: 1, 'not asked': 1 });
    expect(await new Redirects(pg.db()).known([`http://${host}/busy`])).toEqual(new Map());
  });

  it('hold no post up for longer than a moment, however many there are', async () => {
    const links = Array.from({ length: 60 }, (_, at) => post('', [`http://${host}/many-${at}`]));
    const { expander, counts } = make();
    const began = performance.now();
    expect(await expander.expand(links, NEVER)).toHaveLength(60);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(counts['not asked']).toBeGreaterThan(0);
  });

  it('of at most five a post are asked', async () => {
    const many = Array.from({ length: 8 }, (_, at) => `http://${host}/each-${at}`);
    const { counts, expander } = make();
    await redirectsOf(expander, post('', many));
    expect(counts).toEqual({ known: 0, 'led nowhere': 5 });
  });

  it('change nothing where what is known cannot be read', async () => {
    const away = () => Promise.reject(new Error('away'));
    const { expander, errors } = make({ redirects: { known: away, keep: away, tidy: away } });
    const event = post('', [`http://${host}/channel`]);
    expect(await expander.expand([event], NEVER)).toEqual([event]);
    expect(errors).toHaveLength(1);
  });

  it('are never asked at a private address, whatever a name resolves to', async () => {
    const guarded = new GuardedClient({
      allowHosts: [],
      timeoutMs: 5_000,
      maxBytes: 1_000,
      userAgent: 'test',
    });
    const { expander, counts } = make({ client: guarded });
    expect(await redirectsOf(expander, post('', [`http://${host}/channel`]))).toEqual([undefined]);
    expect(asked).toEqual([]);
    expect(counts.failed).toBe(1);
    await guarded.close();
  });
});

describe('what counts as shortened', () => {
  const links = new ShortenedLinks(SHORTENERS);
  it.each([
    ['a link of a post', '', ['https://bit.ly/AbC?x=1#y'], ['https://bit.ly/AbC?x=1']],
    ['one in the text without its protocol', 'see bit.ly/AbC.', [], ['https://bit.ly/AbC']],
    ['the same twice', 'see https://bit.ly/AbC', ['https://bit.ly/AbC'], ['https://bit.ly/AbC']],
  ])('%s', (_, text, given, expected) => {
    expect(links.of(text, given).map(({ address }) => address)).toEqual(expected);
  });

  it.each([
    ['another domain that ends alike', 'notbit.ly/AbC my-bit.ly/AbC x.bit.ly/AbC'],
    ['the shortener itself', 'https://bit.ly/ bit.ly'],
    ['a port of its own', 'https://bit.ly:8443/AbC'],
    ['a host in a path', 'https://example.org/bit.ly/AbC'],
    ['a mail address', 'me@bit.ly/AbC'],
  ])('not %s', (_, text) => {
    expect(links.of(text, text.split(' '))).toEqual([]);
  });
});
