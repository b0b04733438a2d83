import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runCli } from './program.js';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly lines: Record<string, unknown>[];
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(
  args: string[],
  {
    stdin = '',
    env = {},
    interactive = false,
  }: { stdin?: string; env?: Record<string, string>; interactive?: boolean } = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runCli(args, {
    env: { VIGIL_DATA_DIR: folder, ...env },
    stdin: Readable.from([Buffer.from(stdin)]),
    out: async (text) => void (out += text),
    err: (text) => void (err += text),
    signal: new AbortController().signal,
    interactive,
  });
  const lines = out.split('\n').filter((line) => line.startsWith('{'));
  return { code, out, err, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const PACK = `
name: trial
title: Trial
description: For tests
maintainer: tests
licence: Apache-2.0
rules:
  - id: greeting
    title: Greeting
    kind: slogan
    category: slogan
    severity: low
    indicator: other
    reference: unverified
    phrases: { en: [good morning everyone] }
    examples: { match: ["Good morning, everyone!"], noMatch: [good evening] }
`;

describe('vigil classify', () => {
  test('gives one verdict a line, in order, with the id that was given or one made of the post', async () => {
    await file('pack.yaml', PACK);
    const posts = [
      { id: 'a', text: 'GOOD morning everyone' },
      { text: 'nothing' },
      { id: 3, text: 'nothing either' },
    ];
    const stdin = posts.map((post) => JSON.stringify(post)).join('\r\n');
    const { code, lines, err } = await run(['classify', '--packs', folder], { stdin });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(lines.map(({ id, line }) => [id, line])).toEqual([
      ['a', 1],
      [expect.stringMatching(/^import:[0-9a-f]{32}$/), 2],
      [3, 3],
    ]);
    expect(lines[0]).toMatchObject({
      verdict: { matches: [{ rule: 'trial/greeting', span: { start: 0, end: 21 } }], ruleset: 0 },
    });
    expect(lines[1]).toMatchObject({ verdict: { matches: [] } });
  });

  test('names file, line and field of a bad line, judges the others, and ends with 1', async () => {
    const path = await file(
      'posts.ndjson',
      '{"text":"one"}\n\n{"text":5}\n{"text":\n{"text":"good morning everyone"}',
    );
    const { code, lines, err } = await run(['classify', '--packs', folder, '--', path]);
    expect(code).toBe(1);
    expect(lines.map(({ line }) => line)).toEqual([1, 5]);
    const errors = err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(errors).toEqual([
      {
        error: 'bad-input',
        file: path,
        line: 3,
        message: expect.stringContaining('text: '),
        fields: [{ path: 'text', message: expect.any(String) }],
      },
      { error: 'bad-input', file: path, line: 4, message: expect.stringContaining('not JSON'), fields: [] },
    ]);
  });

  test('judges with the packs that come with Vigil, and prints only matches where asked', async () => {
    const { code, lines } = await run(['classify', '--matches-only'], {
      stdin: '{"text":"a walk by the sea"}\n',
    });
    expect({ code, lines }).toEqual({ code: 0, lines: [] });
  });

  test('judges a long input in threads, in its order, and names bad lines among it', async () => {
    await file('pack.yaml', PACK);
    const count = 6_000;
    const post = (at: number) =>
      at % 1_000 === 999 ? '{' : JSON.stringify({ id: at, text: 'x'.repeat(1_000) });
    const long = await file('long.ndjson', Array.from({ length: count }, (_, at) => post(at)).join('\n'));
    const [many, one] = [
      ['--threads', '2'],
      ['--threads', '1'],
    ].map((threads) => run(['classify', '--packs', folder, ...threads, '--', long]));
    const { code, lines, err, out } = (await many) as Ran;
    expect(code).toBe(1);
    expect(lines.map(({ line }) => line)).toEqual(
      Array.from({ length: count }, (_, at) => at + 1).filter((line) => line % 1_000 !== 0),
    );
    expect(err.trim().split('\n')).toHaveLength(6);
    expect(await one).toMatchObject({ code, err, out });
    expect(await run(['classify', '--threads', '0'])).toMatchObject({ code: 2 });
  });

  test('a file that cannot be read, and an unknown context, are said', async () => {
    expect(await run(['classify', join(folder, 'missing')])).toMatchObject({
      code: 1,
      err: expect.stringContaining('missing cannot be read'),
    });
    expect(await run(['classify', '--context', 'gossip'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('counter-speech'),
    });
  });
});

test('vigil classify takes --json, and shows a person how far it is', async () => {
  const packs = await mkdtemp(join(folder, 'bar-'));
  await writeFile(join(packs, 'pack.yaml'), PACK);
  const posts = await file('bar.ndjson', '{"text":"rain"}\n{"text":"sun"}\n');
  const { code, err, lines } = await run(['classify', '--json', '--packs', packs, '--', posts], {
    interactive: true,
  });
  expect({ code, count: lines.length }).toEqual({ code: 0, count: 2 });
  expect(err).toMatch(/100% {2}judging posts {2}2/);
});

describe('vigil rules', () => {
  async function pack(change: (yaml: string) => string): Promise<string> {
    const changed = await mkdtemp(join(folder, 'changed-'));
    await writeFile(join(changed, 'pack.yaml'), change(PACK));
    return changed;
  }

  let good: string;
  beforeAll(async () => {
    good = await pack((yaml) => yaml);
  });

  test('check tells what a pack holds, test whether its examples hold', async () => {
    expect(await run(['rules', 'check', good])).toMatchObject({
      code: 0,
      out: expect.stringContaining('trial: 1 rules, 1 phrases'),
    });
    expect(await run(['rules', 'test', good])).toMatchObject({
      code: 0,
      out: 'trial: 2 of 2 examples hold\n',
    });
  });

  test('check names file, line, field and remedy of a fault, and goes on with the next pack', async () => {
    const broken = await pack((yaml) => yaml.replace('severity: low', 'severity: loud'));
    const { code, err, out } = await run(['rules', 'check', broken, good]);
    expect(code).toBe(1);
    expect(err).toMatch(/: 1 fault\n {2}pack\.yaml:12:\d+ rules\.0\.severity: .*"low"\|"medium"/);
    expect(out).toContain('trial: 1 rules');
    const { lines } = await run(['rules', 'check', '--json', broken, join(folder, 'nowhere')]);
    expect(lines).toEqual([
      expect.objectContaining({
        folder: broken,
        ok: false,
        problems: [expect.objectContaining({ file: 'pack.yaml', line: 12, field: 'rules.0.severity' })],
      }),
      expect.objectContaining({
        ok: false,
        problems: [expect.objectContaining({ message: expect.stringContaining('holds no pack.yaml') })],
      }),
    ]);
  });

  test('check refuses two packs of one name, and a phrase that finds the language itself', async () => {
    const again = await pack((yaml) => yaml);
    const twice = await run(['rules', 'check', good, again]);
    expect(twice).toMatchObject({ code: 1, err: expect.stringContaining('the name trial is taken by') });
    const broad = await pack((yaml) =>
      yaml.replace('[good morning everyone]', '[good morning everyone, the]'),
    );
    const { code, err } = await run(['rules', 'check', broad]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /pack\.yaml:\d+:\d+ rules\.0\.phrases\.en\.1: above all by this phrase the rule matches \d+% of everyday posts in en, such as/,
    );
  });

  test('test tells of an example that does not hold what was lacking, and what was held against it', async () => {
    const failing = await pack((yaml) =>
      yaml
        .replace('rules:', 'signs: { sun: { en: [sunrise] } }\nrules:')
        .replace(
          '    examples:',
          '    needs: { signs: [sun] }\n    unless: { en: [good morning everyone else] }\n    examples:',
        )
        .replace('noMatch: [', 'noMatch: ["sunrise: good morning everyone", '),
    );
    const { code, err, out } = await run(['rules', 'test', failing]);
    expect({ code, out }).toEqual({ code: 1, out: 'trial: 1 of 3 examples hold\n' });
    expect(err).toContain('near miss   “good morning everyone” lacks a second sign (a phrase of sun)');
    expect(err).toContain('an example that must not match matched “good morning everyone”');
    const { lines } = await run(['rules', 'test', '--json', failing]);
    expect(lines).toEqual([
      expect.objectContaining({
        pack: 'trial',
        held: 1,
        failures: [
          expect.objectContaining({ rule: 'trial/greeting', expected: 'match' }),
          expect.objectContaining({ expected: 'noMatch', nearMisses: [], exclusions: [] }),
        ],
      }),
    ]);
    const broken = await pack((yaml) => yaml.replace('kind: slogan', 'kind: song'));
    expect(await run(['rules', 'test', broken])).toMatchObject({
      code: 1,
      err: expect.stringContaining('rules.0.kind'),
    });
  });
});

describe('vigil collect', () => {
  test('prints the posts of a source as lines that classify takes', async () => {
    await file(
      'archive.ndjson',
      '{"id":"x1","text":"good morning everyone"}\n{"nothing":1}\n{"id":"x2","text":"second"}\n',
    );
    const source = await file(
      'source.yaml',
      `id: archive\nname: Archive\nlocator: { kind: import, from: { file: archive.ndjson }, mode: follow }\njustification: { reason: a file of this test, approvedBy: tests, until: 2099-01-01T00:00:00Z }\n`,
    );
    const { code, lines, out, err } = await run(['collect', '--source', source, '--once']);
    expect(lines.map(({ text }) => text)).toEqual(['good morning everyone', 'second']);
    expect(err).toContain('archive: 2 posts');
    expect(err).toMatch(/archive: line 2.*text/);
    expect(code).toBe(0);
    const judged = await run(['classify', '--packs', folder, '--matches-only'], { stdin: out });
    expect(judged.lines).toHaveLength(1);
  });

  test('a source whose approval has ended is not read', async () => {
    const source = await file(
      'ended.yaml',
      `id: ended\nname: Ended\nlocator: { kind: rss, url: "https://example.org/feed" }\njustification: { reason: approved once upon a time, approvedBy: tests, until: 2001-01-01T00:00:00Z }\n`,
    );
    expect(await run(['collect', '--source', source])).toMatchObject({
      code: 1,
      err: expect.stringContaining('ended'),
    });
  });
});

describe('asking a server', () => {
  let server: Server;
  let url: string;
  const asked: { url: string; authorization: string | undefined; bytes: number }[] = [];
  let broken = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let bytes = 0;
      request.on('data', (chunk: Buffer) => (bytes += chunk.length));
      request.on('end', () => {
        asked.push({ url: request.url ?? '', authorization: request.headers.authorization, bytes });
        response.setHeader('content-type', 'application/json');
        if (request.url?.startsWith('/api/import') && broken-- > 0) {
          response.statusCode = 503;
          response.end(
            JSON.stringify({
              code: 'engine-unavailable',
              message: 'the database is restarting.',
              retriable: true,
            }),
          );
        } else if (request.url?.startsWith('/api/import')) {
          response.end(JSON.stringify({ published: 1, refused: 0, lines: 1, bytes, errors: [] }));
        } else {
          response.statusCode = 400;
          response.end(
            JSON.stringify({
              code: 'bad-input',
              message: 'text, position 1: a quotation mark',
              retriable: false,
            }),
          );
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    await file('cli-token', 'secret-of-this-machine\n');
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('shows this machine’s token, and passes the server’s words and a matching exit code on', async () => {
    const { code, err } = await run(['search', '"open', '--sources', 'a,b', '--sources', 'c', '--url', url]);
    expect({ code, err }).toEqual({ code: 2, err: 'vigil: text, position 1: a quotation mark\n' });
    expect(asked.at(-1)?.authorization).toBe('Bearer secret-of-this-machine');
    expect(new URL(asked.at(-1)?.url ?? '', url).searchParams.get('sources')).toBe('a,b,c');
  });

  test('asks the port that npm start was given', async () => {
    await run(['search', 'x'], { env: { VIGIL_PORT: new URL(url).port } });
    expect(asked.at(-1)?.url).toContain('/api/search?');
  });

  test('import names a folder given for a file, and says to go on only where something was stored', async () => {
    const folderGiven = await run(['import', folder, '--source', 'archive', '--url', url]);
    expect(folderGiven).toMatchObject({
      code: 1,
      err: `vigil: ${folder} is a folder; one file is expected\n`,
    });
    const small = await file('small.ndjson', '{}');
    const refused = await run(['import', small, '--url', url]);
    expect(refused.err).not.toContain('--from-byte');
  });

  test('sends no token of this machine to another one', async () => {
    expect(await run(['status', '--url', 'http://192.0.2.1:7100'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('VIGIL_TOKEN'),
    });
  });

  test('says what to do where nothing answers, or where there is no token', async () => {
    const dead = await run(['status', '--url', 'http://127.0.0.1:1']);
    expect(dead).toMatchObject({ code: 1, err: expect.stringContaining('npm start') });
    expect(await run(['status'], { env: { VIGIL_DATA_DIR: '/nonexistent' } })).toMatchObject({
      code: 1,
      err: expect.stringContaining('VIGIL_DATA_DIR'),
    });
    expect(await run(['status', '--url', 'ftp://x'])).toMatchObject({ code: 2 });
  });

  test('import tries a broken piece again and sends every byte once', async () => {
    const text = Array.from({ length: 120 }, (_, i) =>
      JSON.stringify({ id: i, text: 'x'.repeat(50_000) }),
    ).join('\n');
    const path = await file('large.ndjson', text);
    asked.length = 0;
    broken = 1;
    const { code, err, lines } = await run(['import', path, '--source', 'archive', '--url', url]);
    expect(code).toBe(0);
    expect(err).toContain('Trying again in 0.5 s');
    expect(asked.slice(1).reduce((sum, { bytes }) => sum + bytes, 0)).toBe(Buffer.byteLength(text));
    expect(asked.length).toBeGreaterThan(2);
    expect(lines).toEqual([
      expect.objectContaining({ source: 'archive', refused: 0, bytes: Buffer.byteLength(text) }),
    ]);
  });
});

describe('vigil rules backtest', () => {
  test('tells what a pack adds and drops on an archive, with examples', async () => {
    const against = await mkdtemp(join(folder, 'in-force-'));
    await writeFile(join(against, 'pack.yaml'), PACK);
    const draft = await mkdtemp(join(folder, 'draft-'));
    await writeFile(
      join(draft, 'pack.yaml'),
      PACK.replace('[good morning everyone]', '[good night everyone]').replace(
        'Good morning, everyone!',
        'Good night, everyone!',
      ),
    );
    const posts = [
      { text: 'Good NIGHT everyone', channel: 'owls', publishedAt: '2026-03-01T22:00:00Z' },
      { text: 'good morning everyone', channel: 'larks', publishedAt: '2026-03-02T06:00:00Z' },
      { text: 'rain', channel: 'larks' },
      { nothing: true },
    ];
    const archive = await file('backtest.ndjson', posts.map((post) => JSON.stringify(post)).join('\n'));
    const args = ['rules', 'backtest', draft, '--archive', archive, '--against', against];
    const { code, lines, err } = await run([...args, '--json']);
    expect(code).toBe(1);
    expect(err).toContain('"line":4');
    expect(lines).toMatchObject([
      {
        pack: 'trial',
        result: {
          total: { posts: 3, live: 1, draft: 1, added: 1, dropped: 1 },
          rules: [{ rule: 'trial/greeting', live: 1, draft: 1, added: 1, dropped: 1 }],
          sources: [
            { source: 'larks', posts: 2, dropped: 1 },
            { source: 'owls', posts: 1, added: 1 },
          ],
          days: [
            { day: '2026-03-01', added: 1 },
            { day: '2026-03-02', dropped: 1 },
          ],
        },
        examples: [
          { change: 'added', rule: 'trial/greeting', where: `${archive}:1`, excerpt: 'Good NIGHT everyone' },
          { change: 'dropped', where: `${archive}:2` },
        ],
      },
    ]);
    const { out } = await run(args);
    expect(out).toContain('trial: of 3 posts 1 are hits now and 1 would be: 1 added, 1 dropped');
    expect(out).toMatch(/^RULE +NOW +THEN +ADDED +DROPPED\ntrial\/greeting +1 +1 +1 +1$/m);
    expect(await run([...args, '--examples', '21'])).toMatchObject({ code: 2 });
  });
});

describe('being called wrongly', () => {
  test.each([
    [[]],
    [['nonsense']],
    [['classify', '--nonsense']],
    [['collect']],
    [['search', '--limit', 'many']],
  ])('%j ends with 2', async (args) => {
    const { code, err, out } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/vigil|error/);
  });

  test('help that was asked for is a result', async () => {
    expect(await run(['--help'])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('Exit codes: 0 done, 1 failed, 2 called wrongly'),
    });
    expect(await run(['alerts', 'decide', '--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('counter-speech'),
    });
  });
});

test('the launcher runs it on the machine’s own Node, and a reader may go away', async () => {
  const launcher = fileURLToPath(new URL('../bin/vigil.mjs', import.meta.url));
  const many = '{"text":"good morning"}\n'.repeat(20_000);
  const input = await file('many.ndjson', many);
  const { code, bytes } = await new Promise<{ code: number | null; bytes: number }>((resolve) => {
    const child = spawn(process.execPath, [launcher, 'classify', '--packs', folder, '--', input], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let bytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      child.stdout.destroy();
    });
    child.on('close', (code) => resolve({ code, bytes }));
  });
  expect(code).toBe(0);
  expect(bytes).toBeLessThan(many.length);
}, 180_000);

describe('vigil normalise', () => {
  it('shows what each step makes of a text, and what evades it', async () => {
    const { code, out } = await run(['normalise', 'The\u200b STATE of b4qіya']);
    expect(code).toBe(0);
    expect(out).toMatch(/^case +→ +the‹200B› state of b4qіya$/mu);
    expect(out).toMatch(/^invisible +→ +the state of b4qіya$/mu);
    expect(out).toMatch(/^harakat$/mu);
    expect(out).toContain('plain reading: the state of b4qіya');
    expect(out).toMatch(/baqiya +b4qіya +14–20 +confusables, leet/u);
  });

  it('gives one object, reads standard input, and does only the steps asked for', async () => {
    const { lines } = await run(['normalise', '--json', '--steps', 'case,runs'], {
      stdin: 'BAQ 1slam nooow\n',
    });
    expect(lines).toEqual([
      {
        steps: [
          { step: 'words', text: 'BAQ 1slam nooow', changed: false },
          { step: 'case', text: 'baq 1slam nooow', changed: true },
        ],
        text: 'baq 1slam nooow',
        readings: [
          {
            text: 'baq 1slam now',
            changes: [{ reads: 'now', published: 'nooow', span: { start: 10, end: 15 }, steps: ['runs'] }],
          },
          {
            text: 'baq 1slam noow',
            changes: [{ reads: 'noow', published: 'nooow', span: { start: 10, end: 15 }, steps: ['runs'] }],
          },
        ],
      },
    ]);
  });

  it('names the steps there are', async () => {
    const { code, err } = await run(['normalise', '--steps', 'leat', 'x']);
    expect({ code, err: err.slice(0, 60) }).toEqual({
      code: 2,
      err: 'vigil: --steps takes entities, percent, compatibility, case,',
    });
  });
});
