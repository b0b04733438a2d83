import { setTimeout as pause } from 'node:timers/promises';
import type { Program } from '../../crash/program.js';
import { outboxSize } from '../../ledger/stored.js';
import { countedPosts } from './account.js';
import { processorSecondsOf } from './process-tree.js';
import type { ReleaserProcess } from './releaser-process.js';
import type { Searcher } from './searcher.js';

/** Nothing is expected to take so long; beyond it the posts count as lost. */
const DRAIN_AT_MOST_MS = 120_000;

export interface Phase {
  /** Posts released per second. */
  readonly rate: number;
  /** Posts counted by the end of the release, per second of the release. */
  readonly postsPerSecond: number;
  /** From the last line's release until everything was counted and indexed, and every sampled post found. */
  readonly lagSeconds: number;
  /** Sorted. */
  readonly foundAfterMs: readonly number[];
  readonly releaserBehindMs: number;
  /** Processors that the program kept busy while lines were released; null where that cannot be read. */
  readonly processors: number | null;
}

export interface Parts {
  readonly releaser: ReleaserProcess;
  readonly program: Program;
  readonly searcher: Searcher;
}

/** Releases at a rate for some time, and waits until everything is through. */
export async function phase(
  { releaser, program, searcher }: Parts,
  name: string,
  rate: number,
  seconds: number,
): Promise<Phase> {
  say(`${name}: ${rate} posts/s for ${seconds} s`);
  const first = await countedPosts(program);
  let state = await releaser.phase(rate, seconds);
  const began = Date.now();
  const processorBefore = await processorSecondsOf(program.pid);
  const before = new Set(searcher.foundAfterMs.keys());
  while (!state.idle) {
    await pause(50);
    state = await releaser.state();
    searcher.expect(state.sampled);
  }
  const releasedAt = Date.now();
  const inTime = (await countedPosts(program)) - first;
  const withinSeconds = (Date.now() - began) / 1_000;
  const processorAfter = await processorSecondsOf(program.pid);
  const processors =
    processorBefore === null || processorAfter === null
      ? null
      : Number(((processorAfter - processorBefore) / withinSeconds).toFixed(2));
  let counted = first + inTime;
  let unindexed: number | null = null;
  while (
    (counted < state.released || searcher.waitingFor > 0 || unindexed !== 0) &&
    Date.now() - releasedAt < DRAIN_AT_MOST_MS
  ) {
    await pause(50);
    counted = await countedPosts(program);
    unindexed = await outboxSize(program.ask);
  }
  const lagSeconds = (Date.now() - releasedAt) / 1_000;
  const foundAfterMs = [...searcher.foundAfterMs]
    .filter(([post]) => !before.has(post))
    .map(([, ms]) => ms)
    .sort((a, b) => a - b);
  say(
    `  counted ${inTime} in ${withinSeconds.toFixed(1)} s, the rest ${lagSeconds.toFixed(2)} s later; p50 ${quantile(foundAfterMs, 0.5)} ms, p95 ${quantile(foundAfterMs, 0.95)} ms, slowest ${quantile(foundAfterMs, 1)} ms; ${processors ?? '?'} processors busy`,
  );
  return {
    rate,
    postsPerSecond: Math.round(inTime / withinSeconds),
    lagSeconds,
    foundAfterMs,
    releaserBehindMs: state.latestMs,
    processors,
  };
}

/** Of sorted numbers; 0 of none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

export function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}
