import { BUCKET_MS, bucketOf } from '../indexing/buckets.js';
import { baselineBefore, GAP_MS, type SpikeHistory, sumOf, WINDOW_MS } from './baseline.js';
import { upperTail } from './negative-binomial.js';

export interface DetectOptions {
  /** Fires below this chance of so many hits or more. */
  readonly probability: number;
  readonly minHits: number;
  /** Distinct authors, or distinct sources: one person who repeats himself is no rise. */
  readonly minVoices: number;
}

/**
 * 1e-4: a hundred slogans looked at in 48 disjoint windows a day make 4,800 looks, hence half a false alarm a day if all
 * of them were busy enough to reach six hits; most are not. Six hits: fewer are quicker read in search than reviewed.
 */
export const OPENS: DetectOptions = { probability: 1e-4, minHits: 6, minVoices: 2 };
/** An open episode goes on while this holds: easier than opening, so that it does not flicker. */
export const GOES_ON: DetectOptions = { probability: 0.01, minHits: 3, minVoices: 1 };

export interface Spike {
  readonly observed: number;
  readonly expected: number;
  readonly probability: number;
  /** The window, half-open, milliseconds since the epoch. */
  readonly windowStart: number;
  readonly windowEnd: number;
  /** Start of the window's first bucket with a hit. */
  readonly startedAt: number;
  /** Start of its fullest bucket. */
  readonly peakAt: number;
  /** At least so many distinct ones. */
  readonly authors: number;
  readonly sources: number;
}

/**
 * Whether the half hour up to and including `now`'s bucket holds more live hits than is usual. Pure; null where not.
 * Baseline and scatter: see baselineBefore. The law is negative binomial: reposts clump, and under a Poisson law every
 * clump would be an alarm.
 */
export function detect(history: SpikeHistory, now: number, options: DetectOptions = OPENS): Spike | null {
  const windowEnd = bucketOf(now) + BUCKET_MS;
  const windowStart = windowEnd - WINDOW_MS;
  const observed = sumOf(history.live, history.from, windowStart, WINDOW_MS / BUCKET_MS);
  if (observed < options.minHits) return null;

  const within = history.voices.filter((voice) => voice.at >= windowStart && voice.at < windowEnd);
  const authors = new Set(within.map((voice) => voice.author)).size;
  const sources = new Set(within.map((voice) => voice.source)).size;
  if (Math.max(authors, sources) < options.minVoices) return null;

  const law = baselineBefore(history, windowStart - GAP_MS).window(windowStart);
  const probability = upperTail(observed, law);
  if (probability >= options.probability) return null;
  const { startedAt, peakAt } = shapeOf(history, windowStart, windowEnd);
  return {
    observed,
    expected: law.mean,
    probability,
    windowStart,
    windowEnd,
    startedAt,
    peakAt,
    authors,
    sources,
  };
}

function shapeOf(
  history: SpikeHistory,
  windowStart: number,
  windowEnd: number,
): { startedAt: number; peakAt: number } {
  let startedAt: number | null = null;
  let peak = { at: windowStart, hits: 0 };
  for (let at = windowStart; at < windowEnd; at += BUCKET_MS) {
    const hits = sumOf(history.live, history.from, at, 1);
    if (hits > 0) startedAt ??= at;
    if (hits > peak.hits) peak = { at, hits };
  }
  return { startedAt: startedAt ?? windowStart, peakAt: peak.at };
}
