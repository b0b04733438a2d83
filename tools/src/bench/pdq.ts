import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ORIENTATIONS, PdqHasher, formatHash, type Pixels } from '@vigil/image';
import { PictureHasher } from '@vigil/media';
import { encoded } from '@vigil/media/samples';
import { PythonScript } from './pictures/python.js';
import type { Result } from './table.js';

const SIZES = [
  { name: '512', width: 512, height: 512, times: 120 },
  { name: '1600', width: 1600, height: 1004, times: 20 },
] as const;
/** Rounds of both in turn, so that what else the machine does falls on both; the median counts. */
const ROUNDS = 9;
const DECODED = 15;

const Reference = z.object({
  seconds: z.number(),
  quality: z.number(),
  pdq: z.string(),
  turned: z.array(z.string()),
});

/**
 * Milliseconds of processor time from decoded pixels to a hash at two sizes; beside the reference where Python has it, in
 * turn in the same run, with whether all hashes are the same. Then the whole cost of a picture of 1600×1004 by format.
 */
export async function run(): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-bench-'));
  const reference = PythonScript.start('hashing', ['numpy', 'pdqhash']);
  const hasher = new PdqHasher();
  const ms: Record<string, number> = {};
  const ratios: Record<string, number | null> = {};
  let exact = reference ? true : null;
  try {
    for (const { name, width, height, times } of SIZES) {
      const pixels = picture(width, height);
      const file = join(folder, name);
      await writeFile(file, pixels.bytes);
      const [ours, theirs]: [number[], number[]] = [[], []];
      secondsOf(() => hasher.hash(pixels), times * 3);
      for (let round = 0; round < ROUNDS; round++) {
        ours.push(secondsOf(() => hasher.hash(pixels), times));
        if (!reference) continue;
        const answer = Reference.parse(await reference.ask(`${file} ${width} ${height} ${times}`));
        theirs.push(answer.seconds);
        exact &&= isSame(hasher, pixels, answer);
      }
      ms[name] = median(ours) * 1e3;
      ratios[name] = reference ? median(ours) / median(theirs) : null;
    }
  } finally {
    reference?.end();
    await rm(folder, { recursive: true });
  }
  return {
    ms_512: rounded(ms['512']),
    ms_1600: rounded(ms['1600']),
    ratio: rounded(ratios['512']),
    ratio_1600: rounded(ratios['1600']),
    exact,
    ...(await wholeCosts()),
  };
}

/** Milliseconds from a file's bytes to all its hashes, through the worker, by format. */
async function wholeCosts(): Promise<Record<string, number>> {
  const hasher = new PictureHasher();
  const costs: Record<string, number> = {};
  for (const [format, bytes] of await encoded(picture(1600, 1004))) {
    await hasher.hash(bytes);
    const times: number[] = [];
    for (let time = 0; time < DECODED; time++) {
      const start = performance.now();
      const { outcome } = await hasher.hash(bytes);
      if (outcome !== 'hashed') throw new Error(`a ${format} was refused`);
      times.push(performance.now() - start);
    }
    costs[`whole_ms_${format}`] = Math.round(median(times) * 10) / 10;
  }
  await hasher.close();
  return costs;
}

function isSame(hasher: PdqHasher, pixels: Pixels, expected: z.infer<typeof Reference>): boolean {
  const { hash, quality } = hasher.hash(pixels);
  const { hashes } = hasher.hashes(pixels);
  return (
    formatHash(hash) === expected.pdq &&
    quality === expected.quality &&
    ORIENTATIONS.every((orientation, at) => formatHash(hashes[orientation]) === expected.turned[at])
  );
}

/** A picture of waves with grain, the same in every run. */
function picture(width: number, height: number): Pixels {
  const bytes = new Uint8Array(width * height * 3);
  let grain = 1;
  for (let at = 0; at < bytes.length; at++) {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    grain = (Math.imul(grain, 1664525) + 1013904223) >>> 0;
    const wave = Math.sin((x * 9) / width + (at % 3)) + Math.cos((y * 13) / height - (x * 4) / width);
    bytes[at] = 128 + 55 * wave + (grain >>> 28);
  }
  return { bytes, width, height, channels: 3 };
}

/** Seconds of this thread's processor time for one call, over so many. */
function secondsOf(work: () => void, times: number): number {
  const before = process.threadCpuUsage();
  for (let time = 0; time < times; time++) work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e6 / times;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function rounded(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : Math.round(value * 1000) / 1000;
}
