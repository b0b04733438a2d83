import { BUCKET_MS } from '../indexing/buckets.js';
import type { CountLaw } from './negative-binomial.js';

/** Hits of one slogan over time, in 5-minute buckets. */
export interface SpikeHistory {
  /** Start of the first bucket, milliseconds since the epoch. */
  readonly from: number;
  /** Hits per bucket by event time, backfill included: what is usual. Before the last day a half hour's may stand in its first bucket. */
  readonly hits: ArrayLike<number>;
  /** Hits per bucket that can be a spike: without backfill, what came more than 24 h late by arrival. */
  readonly live: ArrayLike<number>;
  /** Nothing is known of the time before; milliseconds since the epoch. */
  readonly watchedSince: number;
  /** Who made the live hits of the windows that are asked about: of each bucket at least two, where there are two. */
  readonly voices: readonly Voice[];
}

export interface Voice {
  readonly at: number;
  readonly author: string;
  readonly source: string;
}

/** Windows of half an hour: long enough for a slow channel to be seen twice, short enough to be news. */
export const WINDOW_MS = 1_800_000;
const WINDOW_BUCKETS = WINDOW_MS / BUCKET_MS;
const SLOTS_A_DAY = 86_400_000 / WINDOW_MS;
/** Two weeks: each hour of the day is seen fourteen times, each day of the week twice. */
export const BASELINE_MS = 14 * 86_400_000;
/** What has just begun must not count as usual: the baseline ends an hour before the window. */
export const GAP_MS = 3_600_000;
/** Weight of the overall mean against the same time of day, in windows: it holds until about five days are known. */
const SHRINK_WINDOWS = 14;
/** Less than one hit in five hours cannot be told from none: with it six hits are just below p = 1e-4. */
const FLOOR = 0.1;
/** Before anything is known: half a hit in one window, so that the first hour's hits are no miracle. */
const PRIOR = { hits: 0.5, windows: 1 };
/** A window counts at most this often the mean plus one, so that one spike does not hide the next. */
const CLIP = 4;
/** Dispersion: measured, pulled towards 2 by twenty windows' weight, within bounds seen in channels of reposts. */
const DISPERSION = { prior: 2, windows: 20, least: 1.5, most: 6 };

/** What is usual for a slogan. */
export interface Baseline {
  /** The law of the hits in a window of half an hour that begins then. */
  window(startMs: number): CountLaw;
}

/**
 * What was usual up to an instant: the mean of the same time of day (the half hour with its neighbours) over the 14
 * days before, shrunk towards the overall mean, with a floor; and how much windows scatter around it (Pearson's
 * dispersion). An empirical-Bayes baseline as in surveillance of rare events; a first one, to be replaced.
 */
export function baselineBefore(history: SpikeHistory, before: number): Baseline {
  const windows = clipped(windowsBefore(history, before));
  const total = windows.reduce((sum, w) => sum + w.hits, 0);
  const mean = (total + PRIOR.hits) / (windows.length + PRIOR.windows);

  const slotHits = new Float64Array(SLOTS_A_DAY);
  const slotWindows = new Float64Array(SLOTS_A_DAY);
  for (const { slot, hits } of windows) {
    slotHits[slot] = (slotHits[slot] ?? 0) + hits;
    slotWindows[slot] = (slotWindows[slot] ?? 0) + 1;
  }
  const bySlot = Float64Array.from({ length: SLOTS_A_DAY }, (_, slot) => {
    const near = [(slot + SLOTS_A_DAY - 1) % SLOTS_A_DAY, slot, (slot + 1) % SLOTS_A_DAY];
    const hits = near.reduce((sum, s) => sum + (slotHits[s] ?? 0), 0);
    const count = near.reduce((sum, s) => sum + (slotWindows[s] ?? 0), 0);
    return Math.max(FLOOR, (hits + SHRINK_WINDOWS * mean) / (count + SHRINK_WINDOWS));
  });

  let scatter = DISPERSION.prior * DISPERSION.windows;
  for (const { slot, hits } of windows) {
    const expected = bySlot[slot] ?? FLOOR;
    scatter += (hits - expected) ** 2 / expected;
  }
  const measured = scatter / (windows.length + DISPERSION.windows);
  const dispersion = Math.min(DISPERSION.most, Math.max(DISPERSION.least, measured));
  return { window: (startMs) => ({ mean: bySlot[slotOf(startMs)] ?? FLOOR, dispersion }) };
}

interface Window {
  readonly slot: number;
  readonly hits: number;
}

/** Whole half hours within the baseline's stretch. */
function windowsBefore(history: SpikeHistory, before: number): Window[] {
  const since = Math.max(history.from, history.watchedSince, before - BASELINE_MS);
  const windows: Window[] = [];
  for (
    let start = Math.ceil(since / WINDOW_MS) * WINDOW_MS;
    start + WINDOW_MS <= before;
    start += WINDOW_MS
  ) {
    windows.push({ slot: slotOf(start), hits: sumOf(history.hits, history.from, start, WINDOW_BUCKETS) });
  }
  return windows;
}

function clipped(windows: readonly Window[]): Window[] {
  const mean = windows.reduce((sum, w) => sum + w.hits, 0) / Math.max(1, windows.length);
  const most = CLIP * (mean + 1);
  return windows.map((w) => (w.hits > most ? { ...w, hits: most } : w));
}

function slotOf(startMs: number): number {
  return Math.floor(startMs / WINDOW_MS) % SLOTS_A_DAY;
}

/** Sum of `count` buckets from the one that begins at `startMs`. */
export function sumOf(series: ArrayLike<number>, from: number, startMs: number, count: number): number {
  const first = Math.floor((startMs - from) / BUCKET_MS);
  let sum = 0;
  for (let i = Math.max(0, first); i < Math.min(series.length, first + count); i++) sum += series[i] ?? 0;
  return sum;
}
