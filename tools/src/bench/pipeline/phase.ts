import { setTimeout as pause } from 'node:timers/promises';
import { countedPosts, unindexedHits } from './account.js';
import { processorSecondsOf, type Usage } from './process-tree.js';
import type { ReleaserProcess } from './releaser-process.js';
import type { Searcher } from './searcher.js';
import type { Subject } from './subject.js';

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
  /** All posts of the phase, per second from the first release until the last was counted: more than this it cannot take. */
  readonly throughput: number;
  /** Processors that each part kept busy while lines were released. */
  readonly processors: Usage<number>;
}

/** What a phase works with. */
export interface Tools {
  readonly releaser: ReleaserProcess;
  readonly subject: Subject;
  readonly searcher: Searcher;
}

/** Releases at a rate for some time, and waits until everything is through. */
export async function phase(
  { releaser, subject, searcher }: Tools,
  name: string,
  rate: number,
  seconds: number,
): Promise<Phase> {
  say(`${name}: ${rate} posts/s for ${seconds} s`);
  const first = await countedPosts(subject);
  let state = await releaser.phase(rate, seconds);
  const began = Date.now();
  const processorBefore = await processorSecondsOf(subject.parts());
  const before = new Set(searcher.foundAfterMs.keys());
  while (!state.idle) {
    await pause(50);
    state = await releaser.state();
    searcher.expect(state.sampled);
  }
  const releasedAt = Date.now();
  const inTime = (await countedPosts(subject)) - first;
  const withinSeconds = (Date.now() - began) / 1_000;
  const processorAfter = await processorSecondsOf(subject.parts());
  const processors = busy(processorBefore, processorAfter, withinSeconds);
  let counted = first + inTime;
  let countedAt = releasedAt;
  let unindexed: number | null = null;
  while (
    (counted < state.released || searcher.waitingFor > 0 || unindexed !== 0) &&
    Date.now() - releasedAt < DRAIN_AT_MOST_MS
  ) {
    await pause(50);
    if (counted < state.released) {
      counted = await countedPosts(subject);
      countedAt = Date.now();
    }
    unindexed = await unindexedHits(subject);
  }
  const lagSeconds = (Date.now() - releasedAt) / 1_000;
  const foundAfterMs = [...searcher.foundAfterMs]
    .filter(([post]) => !before.has(post))
    .map(([, ms]) => ms)
    .sort((a, b) => a - b);
  say(
    `  counted ${inTime} in ${withinSeconds.toFixed(1)} s, the rest ${lagSeconds.toFixed(2)} s later; p50 ${quantile(foundAfterMs, 0.5)} ms, p95 ${quantile(foundAfterMs, 0.95)} ms, slowest ${quantile(foundAfterMs, 1)} ms; ${total(processors) ?? '?'} processors busy`,
  );
  return {
    rate,
    postsPerSecond: Math.round(inTime / withinSeconds),
    throughput: Math.round((counted - first) / ((countedAt - began) / 1_000)),
    lagSeconds,
    foundAfterMs,
    releaserBehindMs: state.latestMs,
    processors,
  };
}

function busy(before: Usage<number>, after: Usage<number>, seconds: number): Usage<number> {
  if (before === null || after === null) return null;
  return new Map([...after].map(([name, used]) => [name, (used - (before.get(name) ?? 0)) / seconds]));
}

/** Processors that all parts together kept busy; null where that cannot be read. */
export function total(processors: Usage<number>): number | null {
  return processors && Number([...processors.values()].reduce((sum, one) => sum + one, 0).toFixed(2));
}

/** Of sorted numbers; 0 of none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

export function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}
