import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { csvLine, fieldsOf } from './csv.js';
import { runCli } from './program.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-pictures-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(args: string[], stdin = ''): Promise<{ code: number; lines: string[]; err: string }> {
  let [out, err] = ['', ''];
  const code = await runCli(args, {
    env: {},
    stdin: Readable.from([Buffer.from(stdin)]),
    out: async (text) => void (out += text),
    err: (text) => void (err += text),
    signal: new AbortController().signal,
    interactive: false,
  });
  return { code, lines: out.split('\n').slice(0, -1), err };
}

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** A picture of squares, which no decoder rounds. */
const SQUARES = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128">
  <rect width="128" height="128" fill="white"/><rect width="64" height="32" fill="black"/>
  <rect x="32" y="64" width="48" height="48" fill="black"/></svg>`;

describe('vigil hash', () => {
  it('prints a line for each picture in the order asked for, with names quoted', async () => {
    const picture = await file('a, "b".svg', SQUARES);
    const { code, lines, err } = await run(['hash', picture, picture]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(lines[0]).toBe('file,quality,pdq');
    expect(lines).toHaveLength(3);
    for (const line of lines.slice(1))
      expect(fieldsOf(line)).toEqual([
        picture,
        expect.stringMatching(/^\d+$/),
        expect.stringMatching(/^[0-9a-f]{64}$/),
      ]);
  });

  it('gives all orientations, of pictures named on standard input', async () => {
    const picture = await file('squares.svg', SQUARES);
    const { lines } = await run(['hash', '--dihedral'], `${picture}\r\n\n${picture}`);
    expect(lines[0]).toBe(
      'file,quality,original,rotate90,rotate180,rotate270,flip_x,flip_y,flip_plus1,flip_minus1',
    );
    const [, , original, ...turned] = fieldsOf(lines[1] ?? '');
    expect(lines).toHaveLength(3);
    expect(turned).toHaveLength(7);
    expect(turned).not.toContain(original);
  });

  it('says of each other file why it has no hash, and goes on', async () => {
    const picture = await file('squares.svg', SQUARES);
    const [text, empty] = [await file('text.jpg', 'words'), await file('empty.png', '')];
    const { code, lines, err } = await run(['hash', text, empty, join(folder, 'none'), picture]);
    expect(code).toBe(1);
    expect(lines).toHaveLength(2);
    expect(err.split('\n').map((line) => line.split(':').slice(0, 2).join(':'))).toEqual([
      'vigil: unknown-format',
      'vigil: empty',
      'vigil: unreadable',
      '',
    ]);
    expect(err).toContain(`${join(folder, 'none')}: Cannot be read`);
  });

  it('tells more as JSON', async () => {
    const picture = await file(
      'squares.svg',
      SQUARES.replace('</svg>', '<image href="http://127.0.0.1:9/x"/></svg>'),
    );
    const { lines } = await run(['hash', '--json', picture, join(folder, 'none')]);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        file: picture,
        outcome: 'hashed',
        format: 'svg',
        omitted: ['external-references'],
      }),
      expect.objectContaining({ outcome: 'refused', reason: 'unreadable' }),
    ]);
  });
});

describe('a line of CSV', () => {
  it.each([[['a', 'b']], [['', '']], [['a,b', '"', 'c"d', '']], [[' x ', '1']]])(
    'is read as written: %j',
    (fields) => {
      expect(fieldsOf(csvLine(fields).slice(0, -1))).toEqual(fields);
    },
  );
});

describe('vigil lookup', () => {
  const HASH = 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22';
  /** The hash with its last so many bits flipped. */
  const off = (count: number) =>
    (BigInt(`0x${HASH}`) ^ ((1n << BigInt(count)) - 1n)).toString(16).padStart(64, '0');

  it('prints every match within the distance, the nearest first, and none beyond', async () => {
    const bank = await file('bank.txt', [off(32), off(31), HASH.toUpperCase(), off(31)].join('\n'));
    const { code, lines, err } = await run(['lookup', '--bank', bank], `${HASH}\n${'0'.repeat(64)}\n`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(lines).toEqual([
      'needle,match,distance,orientation',
      `${HASH},${HASH},0,original`,
      `${HASH},${off(31)},31,original`,
    ]);
    expect((await run(['lookup', '--bank', bank, '--distance', '32'], HASH)).lines).toHaveLength(4);
  });

  it('finds a turned copy by the eight orientations of vigil hash', async () => {
    const [upright, turned] = [
      await file('upright.svg', SQUARES),
      await file(
        'turned.svg',
        SQUARES.replace('width="128" height="128">', '$& <g transform="rotate(90 64 64)">').replace(
          '</svg>',
          '</g></svg>',
        ),
      ),
    ];
    const bank = await file('bank.csv', `${(await run(['hash', upright])).lines.join('\n')}\n`);
    const needles = (await run(['hash', '--dihedral', turned])).lines.join('\n');
    const { lines } = await run(['lookup', '--bank', bank], needles);
    expect(lines).toHaveLength(2);
    expect(fieldsOf(lines[1] ?? '')[3]).toMatch(/^rotate(90|270)$/);
  });

  it('names lines without a hash, and refuses what it does not search', async () => {
    const bank = await file('faulty.csv', `label,hash\na,${HASH}\nb,none\n`);
    const faulty = await run(['lookup', '--bank', bank], `${HASH}\nxyz\n`);
    expect(faulty.code).toBe(1);
    expect(faulty.lines).toHaveLength(2);
    expect(faulty.err).toBe(
      `vigil: ${bank}, line 3: no hash of 64 hexadecimal digits\nvigil: line 2: no hash of 64 hexadecimal digits\n`,
    );
    expect((await run(['lookup', '--bank', bank, '--distance', '65'])).code).toBe(2);
    expect((await run(['lookup', '--bank', '-'])).code).toBe(2);
    const missing = await run(['lookup', '--bank', join(folder, 'none.csv')]);
    expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('none.csv cannot be read')]);
  });
});
