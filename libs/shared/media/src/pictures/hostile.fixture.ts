import { crc32, deflateSync } from 'node:zlib';
import type { PictureFormat } from './format.js';
import { encoded } from './samples.js';

export interface HostileFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What it must come to, where that is one thing; else any named outcome. */
  readonly expected?: string;
}

const FORMATS: readonly PictureFormat[] = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff', 'svg'];
const TRUNCATIONS = 12;
const CORRUPTIONS = 15;

/** Small honest pictures, one of each format. */
export async function honest(): Promise<ReadonlyMap<PictureFormat, Uint8Array>> {
  const [width, height] = [120, 90];
  const bytes = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * at) >> 9);
  const pictures = await encoded({ bytes, width, height, channels: 3 });
  return pictures.set('svg', svg('<rect width="60" height="45" fill="red"/>'));
}

/** Every hostile file, made here: more than 200. The numbers are the same in every run. */
export function* hostileFiles(pictures: ReadonlyMap<PictureFormat, Uint8Array>): Generator<HostileFile> {
  yield { name: 'zero bytes', bytes: new Uint8Array(), expected: 'empty' };
  const random = numbers(6);
  for (const format of FORMATS) {
    const bytes = pictures.get(format) ?? new Uint8Array();
    for (let part = 1; part <= TRUNCATIONS; part++) {
      const length = Math.floor((bytes.length * part) / (TRUNCATIONS + 1));
      yield { name: `${format} cut at ${length}`, bytes: bytes.subarray(0, length) };
    }
    for (let time = 0; time < CORRUPTIONS; time++) {
      const damaged = Uint8Array.from(bytes);
      for (let flip = 0; flip <= time; flip++) damaged[random(damaged.length)] = random(256);
      yield { name: `${format} damaged, ${time + 1} bytes`, bytes: damaged };
    }
    for (const other of FORMATS) {
      if (other === format) continue;
      yield {
        name: `${other} behind the head of ${format}`,
        bytes: joined(bytes.subarray(0, 16), pictures.get(other)),
      };
    }
    const page = new TextEncoder().encode('<script>alert(1)</script>');
    const expected = format === 'svg' ? undefined : 'hashed';
    yield {
      name: `${format} and a page behind it`,
      bytes: joined(bytes, page),
      ...(expected && { expected }),
    };
  }
  yield* bombs();
  yield* hostileSvgs();
}

function* bombs(): Generator<HostileFile> {
  const expected = 'too-many-pixels';
  yield { name: 'png of 60,000 × 60,000', bytes: png(60_000, 60_000, new Uint8Array(100)), expected };
  yield { name: 'png of 2^31 - 1 squared', bytes: png(2 ** 31 - 1, 2 ** 31 - 1, new Uint8Array(100)) };
  yield {
    name: 'png that unpacks to 400 MB',
    bytes: png(20_000, 20_000, new Uint8Array(200_000_000)),
    expected,
  };
  yield {
    name: 'png of the most pixels',
    bytes: png(8_000, 5_000, new Uint8Array(8_001 * 5_000)),
    expected: 'hashed',
  };
  yield { name: 'png with 200 MB in a text', bytes: png(50, 50, new Uint8Array(51 * 50), textBomb()) };
  yield { name: 'gif of 60,000 × 60,000', bytes: gif(60_000, 60_000, 1) };
  yield { name: 'gif of 100,000 frames', bytes: gif(1, 1, 100_000), expected: 'hashed' };
  yield { name: 'gif of 100,000 larger frames', bytes: gif(600, 600, 100_000), expected: 'hashed' };
  yield { name: 'jpeg of 60,000 × 60,000', bytes: jpeg(60_000, 60_000), expected };
  yield { name: 'tiff of 60,000 × 60,000', bytes: tiff(60_000, 60_000) };
  yield { name: 'tiff whose directories go round', bytes: tiff(10, 10, 8) };
}

function* hostileSvgs(): Generator<HostileFile> {
  const outside = [
    'http://127.0.0.1:9/x.png',
    'file:///etc/passwd',
    '/etc/passwd',
    '//127.0.0.1:9/x',
    'x.svg#a',
  ];
  for (const href of outside) {
    for (const element of ['image', 'use', 'feImage']) {
      yield {
        name: `svg with <${element}> of ${href}`,
        bytes: svg(`<${element} width="9" height="9" href="${href}"/>`),
      };
    }
  }
  const style =
    '<style>@import "http://127.0.0.1:9/x.css"; rect { fill: url(http://127.0.0.1:9/y) }</style><rect/>';
  yield { name: 'svg with a style from outside', bytes: svg(style), expected: 'hashed' };
  yield { name: 'svg of 60,000 × 60,000', bytes: svg('', 60_000), expected: 'too-many-pixels' };
  yield { name: 'svg nested 200,000 deep', bytes: svg('<g>'.repeat(200_000) + '</g>'.repeat(200_000)) };
  yield { name: 'svg that uses itself', bytes: svg('<g id="a"><use href="#a"/></g>') };
  const doubled = Array.from(
    { length: 30 },
    (_, at) => `<g id="g${at + 1}">${`<use href="#g${at}"/>`.repeat(2)}</g>`,
  );
  yield {
    name: 'svg that doubles thirty times',
    bytes: svg(`<rect id="g0" width="1" height="1"/>${doubled.join('')}`),
  };
  const entities = Array.from({ length: 9 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`);
  const laughs = `<!DOCTYPE svg [<!ENTITY e0 "ha">${entities.join('')}]>`;
  yield { name: 'svg of a billion entities', bytes: svg('<text>&e9;</text>', 50, laughs) };
  const secret = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
  yield { name: 'svg with a file as entity', bytes: svg('<text>&x;</text>', 50, secret) };
  yield {
    name: 'svg with a vast filter',
    bytes: svg(
      '<filter id="f"><feGaussianBlur stdDeviation="1e9"/></filter><rect filter="url(#f)" width="50" height="50"/>',
    ),
  };
}

function svg(body: string, side = 120, before = ''): Uint8Array {
  return new TextEncoder().encode(
    `<?xml version="1.0"?>${before}<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">${body}</svg>`,
  );
}

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(content.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, check]);
}

/** A grey PNG with these filtered rows, deflated; they need not be as many as its size says. */
function png(width: number, height: number, rows: Uint8Array, ...others: readonly Buffer[]): Uint8Array {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const pixels = chunk('IDAT', deflateSync(rows, { level: 9 }));
  return Buffer.concat([signature, chunk('IHDR', head), ...others, pixels, chunk('IEND', Buffer.alloc(0))]);
}

function textBomb(): Buffer {
  return chunk(
    'zTXt',
    Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), deflateSync(new Uint8Array(200_000_000))]),
  );
}

/** A GIF whose every frame is one pixel of a canvas. */
function gif(width: number, height: number, frames: number): Uint8Array {
  const head = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  const control = Buffer.from('\x21\xf9\x04\0\x01\0\0\0', 'latin1');
  const frame = Buffer.concat([
    control,
    Buffer.from('\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0', 'latin1'),
  ]);
  return Buffer.concat([head, ...Array<Buffer>(frames).fill(frame), Buffer.from(';')]);
}

/** A JPEG's head, without a picture behind it. */
function jpeg(width: number, height: number): Uint8Array {
  const frame = Buffer.from('\xff\xd8\xff\xc0\0\x0b\x08\0\0\0\0\x01\x01\x11\0', 'latin1');
  frame.writeUInt16BE(height, 7);
  frame.writeUInt16BE(width, 9);
  return Buffer.concat([frame, Buffer.from('\xff\xda\0\x08\x01\x01\0\0\x3f\0\0\0\xff\xd9', 'latin1')]);
}

/** A TIFF with one strip; `next` is where it says its next directory is. */
function tiff(width: number, height: number, next = 0): Uint8Array {
  const entries = [
    [0x100, 4, width],
    [0x101, 4, height],
    [0x102, 3, 8],
    [0x103, 3, 1],
    [0x106, 3, 1],
    [0x111, 4, 200],
    [0x116, 4, height],
    [0x117, 4, width * height],
  ] as const;
  const file = Buffer.alloc(300);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, value], at) => {
    file.writeUInt16LE(tag, 10 + at * 12);
    file.writeUInt16LE(type, 12 + at * 12);
    file.writeUInt32LE(1, 14 + at * 12);
    file.writeUInt32LE(value >>> 0, 18 + at * 12);
  });
  file.writeUInt32LE(next, 10 + entries.length * 12);
  return file;
}

function joined(one: Uint8Array, other: Uint8Array = new Uint8Array()): Uint8Array {
  return Buffer.concat([one, other]);
}

/** Whole numbers below a bound, the same for the same seed (Marsaglia's xorshift32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
