import { parseArgs } from 'node:util';
import { HashIndex, ORIENTATIONS, parseHash, type Hash256 } from '@vigil/image';
import { PictureHasher, type FrameHashes } from '@vigil/media';
import { ALTERATIONS, drawn } from '@vigil/media/alterations';
import type { Result } from './table.js';

const DISTANCE = 31;
const [WIDTH, HEIGHT] = [640, 480];
const COLOURS = ['#222', '#a33', '#264', '#338', '#c82', '#eee', '#58a', '#735'];

/**
 * The share of altered pictures that are found again within 31 bits, by alteration, and how often another picture was
 * found. `--pictures` (100) drawings of gradients, shapes and lines of bars as of text, the same for the same `--seed`.
 */
export async function run(args: readonly string[]): Promise<Result> {
  const { values } = parseArgs({
    args: [...args],
    options: { pictures: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
  });
  const count = Number(values.pictures);
  const hasher = new PictureHasher();
  const [index, originals]: [HashIndex, Uint8Array[]] = [new HashIndex(), []];
  for (let number = 0; number < count; number++) {
    const picture = await drawn(poster(number + 1 + Number(values.seed) * count));
    originals.push(picture);
    index.add(hash((await framesOf(hasher, picture)).pdq));
  }
  const result: Record<string, number> = { pictures: count };
  let others = 0;
  for (const [name, alter] of Object.entries(ALTERATIONS)) {
    let found = 0;
    for (const [row, original] of originals.entries()) {
      const frame = await framesOf(hasher, await alter(original));
      const rows = new Set(
        ORIENTATIONS.flatMap((orientation) =>
          index.find(hash(frame.orientations[orientation]), DISTANCE).map((match) => match.row),
        ),
      );
      if (rows.delete(row)) found++;
      others += rows.size;
    }
    result[name] = Math.round((found / count) * 1000) / 1000;
  }
  await hasher.close();
  return { ...result, 'other pictures found': others };
}

async function framesOf(hasher: PictureHasher, picture: Uint8Array): Promise<FrameHashes> {
  const outcome = await hasher.hash(picture);
  if (outcome.outcome === 'refused') throw new Error(outcome.message);
  const [first] = outcome.frames;
  if (!first) throw new Error('a picture without a frame');
  return first;
}

function hash(hex: string): Hash256 {
  const parsed = parseHash(hex);
  if (!parsed) throw new Error(`${hex} is no hash`);
  return parsed;
}

/** A drawing as posters are: a gradient, some shapes, and lines of bars where text would stand. */
function poster(seed: number): string {
  let state = Math.imul(seed, 2654435761) >>> 0 || 1;
  const random = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const colour = () => COLOURS[random(COLOURS.length)] ?? '#222';
  const shapes = Array.from({ length: 6 + random(8) }, () => {
    const [x, y, size] = [random(WIDTH), random(HEIGHT), 30 + random(180)];
    return random(2) === 0
      ? `<circle cx="${x}" cy="${y}" r="${size / 2}" fill="${colour()}"/>`
      : `<rect x="${x - size / 2}" y="${y - size / 2}" width="${size}" height="${20 + random(160)}" fill="${colour()}" transform="rotate(${random(90)} ${x} ${y})"/>`;
  });
  const top = random(HEIGHT - 120);
  const bars = Array.from({ length: 12 }, (_, at) => {
    const [x, y] = [40 + random(60) + (at % 3) * 190, top + Math.floor(at / 3) * 30];
    return `<rect x="${x}" y="${y}" width="${40 + random(120)}" height="14" fill="#fff"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
    <linearGradient id="g" x2="${random(2)}" y2="1"><stop stop-color="${colour()}"/><stop offset="1" stop-color="${colour()}"/></linearGradient>
    <rect width="${WIDTH}" height="${HEIGHT}" fill="url(#g)"/>${shapes.join('')}${bars.join('')}</svg>`;
}
