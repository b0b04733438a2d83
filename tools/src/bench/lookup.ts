import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';
import { HASH_WORDS, HashIndex, bitsOf, type Hash256 } from '@vigil/image';
import { readIndexFile, writeIndexFile } from '@vigil/media';
import { familiesOf, needlesFor, uniform } from './pictures/hashes.js';
import { PythonScript } from './pictures/python.js';
import type { Result } from './table.js';

const DISTANCE = 31;
/** Needles that are timed, and those whose matches a look at every hash must confirm. */
const NEEDLES = 4_000;
const CONFIRMED = 24;
/** Additions: enough that every slot is merged at least once at ten million hashes. */
const ADDED_SHARE = 1 / 24;

const FromFaiss = z.object({ per_s: z.number(), matches: z.number() });

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Look-ups a second of processor time on one thread among `--hashes` (10 million), uniform and in families of 100 that
 * differ in up to 60 bits; half of the needles are at exactly 31 bits from one. Recall is against a look at every hash.
 * The index is used as read from its snapshot. Beside it a linear scan, and FAISS where Python has it.
 */
export async function run(args: readonly string[]): Promise<Result> {
  const { values } = parseArgs({
    args: [...args],
    options: { hashes: { type: 'string', default: '10000000' }, seed: { type: 'string', default: '1' } },
  });
  const [count, seed] = [Number(values.hashes), Number(values.seed)];
  const folder = await mkdtemp(join(tmpdir(), 'vigil-bench-'));
  try {
    const clustered = await measure(() => familiesOf(count, seed), seed, join(folder, 'index'));
    await rm(join(folder, 'index'));
    const measured = await measure(() => uniform(count, seed), seed, join(folder, 'index'), folder);
    return {
      hashes: count,
      lookups_per_s: Math.round(measured.perSecond),
      lookups_per_s_clustered: Math.round(clustered.perSecond),
      p50_ms: rounded(measured.p50),
      p99_ms: rounded(measured.p99),
      p99_ms_clustered: rounded(clustered.p99),
      recall: Math.min(measured.recall, clustered.recall),
      rss_mb: measured.rssMb,
      build_s: rounded(measured.buildS),
      load_s: rounded(measured.loadS),
      add_us: rounded(measured.addUs),
      longest_merge_ms: rounded(measured.longestMergeMs),
      linear_lookups_per_s: rounded(measured.linearPerSecond),
      faiss_flat_lookups_per_s: measured.faiss === null ? null : rounded(measured.faiss),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Figures alone: an index that they held on to would count as memory of the next. */
interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly recall: number;
  readonly rssMb: number;
  readonly buildS: number;
  readonly loadS: number;
  readonly addUs: number;
  readonly longestMergeMs: number;
  readonly linearPerSecond: number;
  readonly faiss: number | null;
}

async function measure(
  hashes: () => Uint32Array,
  seed: number,
  file: string,
  faissIn?: string,
): Promise<Measured> {
  const { needles, expected, ...before } = await prepare(hashes(), seed, file, faissIn);
  // The list that the index was made of is not the index's: it is let go before memory is looked at.
  collectGarbage();
  const start = performance.now();
  const index = readIndexFile(file);
  const loadS = (performance.now() - start) / 1e3;
  for (const needle of needles.slice(-NEEDLES / 4)) index.find(needle, DISTANCE);
  const times: number[] = [];
  const used = process.threadCpuUsage();
  for (const needle of needles) {
    const from = performance.now();
    index.find(needle, DISTANCE);
    times.push(performance.now() - from);
  }
  const { user, system } = process.threadCpuUsage(used);
  times.sort((a, b) => a - b);
  return {
    ...before,
    perSecond: needles.length / ((user + system) / 1e6),
    p50: times[Math.floor(times.length * 0.5)] ?? NaN,
    p99: times[Math.floor(times.length * 0.99)] ?? NaN,
    recall: recallOf(index, needles, expected),
    rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
    loadS,
    ...additions(index, uniform(Math.ceil(index.size * ADDED_SHARE), seed + 1)),
  };
}

/** What needs the plain list: the snapshot, the linear scan with its matches, and FAISS. */
async function prepare(hashes: Uint32Array, seed: number, file: string, faissIn: string | undefined) {
  const needles = needlesFor(hashes, NEEDLES, seed + 2);
  const buildS = buildInto(file, hashes);
  const [linearPerSecond, expected] = scanned(hashes, needles.slice(0, CONFIRMED));
  const faiss = faissIn === undefined ? null : await byFaiss(hashes, needles, faissIn);
  return { needles, buildS, linearPerSecond, expected, faiss };
}

/** Builds an index, writes its snapshot and lets it go. Returns the seconds that building took. */
function buildInto(file: string, hashes: Uint32Array): number {
  const index = new HashIndex();
  const start = performance.now();
  index.addAll(hashes);
  const seconds = (performance.now() - start) / 1e3;
  writeIndexFile(file, index);
  return seconds;
}

/** A look at every hash: how many needles it does a second, and the rows that each matches. */
function scanned(hashes: Uint32Array, needles: readonly Hash256[]): [number, number[][]] {
  const before = process.threadCpuUsage();
  const expected = needles.map((needle) => {
    const rows: number[] = [];
    for (let at = 0; at < hashes.length; at += HASH_WORDS) {
      let distance = 0;
      for (let word = 0; word < HASH_WORDS && distance <= DISTANCE; word++)
        distance += bitsOf(hashes[at + word]! ^ needle[word]!);
      if (distance <= DISTANCE) rows.push(at / HASH_WORDS);
    }
    return rows;
  });
  const { user, system } = process.threadCpuUsage(before);
  return [needles.length / ((user + system) / 1e6), expected];
}

/** The share of the rows that each of the first needles matches which an index finds. */
function recallOf(index: HashIndex, needles: readonly Hash256[], expected: readonly number[][]): number {
  let [there, found] = [0, 0];
  for (const [at, rows] of expected.entries()) {
    const needle = needles[at] ?? new Uint32Array(HASH_WORDS);
    const matches = new Set(index.find(needle, DISTANCE).map(({ row }) => row));
    there += rows.length;
    found += rows.filter((row) => matches.has(row)).length;
    if (matches.size > rows.length) throw new Error('the index found what is not there');
  }
  return there === 0 ? 1 : found / there;
}

async function byFaiss(
  hashes: Uint32Array,
  needles: readonly Hash256[],
  folder: string,
): Promise<number | null> {
  const script = PythonScript.start('lookups', ['numpy', 'faiss']);
  if (!script) return null;
  const files = [join(folder, 'hashes'), join(folder, 'needles')] as const;
  await writeFile(files[0], new Uint8Array(hashes.buffer, hashes.byteOffset, hashes.byteLength));
  const asked = needles.slice(0, CONFIRMED * 4);
  await writeFile(files[1], Buffer.concat(asked.map((needle) => new Uint8Array(needle.buffer))));
  const { per_s } = FromFaiss.parse(await script.ask(`${files.join(' ')} ${DISTANCE}`));
  script.end();
  for (const file of files) await rm(file);
  return per_s;
}

/** Microseconds of processor time for each addition, and the longest, in which a slot was merged. */
function additions(index: HashIndex, hashes: Uint32Array): Pick<Measured, 'addUs' | 'longestMergeMs'> {
  let longest = 0;
  const before = process.threadCpuUsage();
  for (let at = 0; at < hashes.length; at += HASH_WORDS) {
    const start = performance.now();
    index.add(hashes.subarray(at, at + HASH_WORDS));
    longest = Math.max(longest, performance.now() - start);
  }
  const { user, system } = process.threadCpuUsage(before);
  return {
    addUs: (user + system) / (hashes.length / HASH_WORDS),
    longestMergeMs: longest,
  };
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;
