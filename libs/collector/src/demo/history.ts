import type { PostEvent } from '@vigil/contracts';
import { demoPost } from './demo-post.js';
import { randomFrom, type Random } from './random.js';
import type { DemoLine, DemoScript } from './script.js';

export const HISTORY_DAYS = 14;
/** Makes some 8,000 posts in 14 days: charts have a shape, and all of it is read in seconds. */
const POSTS_PER_HOUR = 24;
/** Echoes of a slogan over the whole demo: some five a day, so that a burst of forty a minute stands out. */
const ECHOES_PER_HOUR = 0.2;
const REPORTS_PER_HOUR = 0.25;
const RELIGIOUS_SHARE = 0.15;
const HOUR_MS = 3_600_000;
/** Any number: the demo looks the same on every machine. */
export const DEMO_SEED = 20_261_121;

/** Activity by hour of day in UTC: quiet at 02:00, lively at 14:00, between 0.3 and 1.7 of the mean. */
export function rhythm(atMs: number): number {
  const hour = (atMs % (24 * HOUR_MS)) / HOUR_MS;
  return 1 - 0.7 * Math.cos(((hour - 2) / 24) * 2 * Math.PI);
}

/**
 * The fourteen days before `nowMs`, in order of time: ordinary life, religious everyday speech, some reports and a low
 * noise of echoes with a daily rhythm. Deterministic in `nowMs` and `seed`; every post is marked as backfill.
 */
export function* demoHistory(
  script: DemoScript,
  nowMs: number,
  seed: number = DEMO_SEED,
): Generator<PostEvent> {
  const random = randomFrom(seed);
  let number = 0;
  for (let hour = nowMs - HISTORY_DAYS * 24 * HOUR_MS; hour < nowMs; hour += HOUR_MS) {
    const lines: { at: number; line: DemoLine }[] = [];
    const add = (line: DemoLine, mean: number) => {
      for (let left = random.poisson(mean * rhythm(hour)); left > 0; left--) {
        lines.push({ at: Math.min(nowMs - 1, hour + Math.floor(random.next() * HOUR_MS)), line });
      }
    };
    add('ordinary', POSTS_PER_HOUR * (1 - RELIGIOUS_SHARE));
    add('religious', POSTS_PER_HOUR * RELIGIOUS_SHARE);
    add('report', REPORTS_PER_HOUR);
    add('echo', ECHOES_PER_HOUR);
    for (const { at, line } of lines.sort((a, b) => a.at - b.at)) {
      const source = sourceFor(script, line, random);
      number += 1;
      const language = random.pick(source.labels.languages);
      yield demoPost(
        script,
        {
          number: `history-${number}`,
          source,
          language,
          line,
          publishedAt: at,
          collectedAt: nowMs,
          backfill: true,
        },
        random,
      );
    }
  }
}

/** Who says such a line: reports are the newsroom's mostly, echoes never its own nor the noticeboard's. */
export function sourceFor(script: DemoScript, line: DemoLine, random: Random) {
  const wanted =
    line === 'religious'
      ? ['religious', 'unknown']
      : line === 'report'
        ? ['news', 'unknown']
        : line === 'ordinary'
          ? ['news', 'unknown']
          : ['unknown'];
  return random.pick(script.sources.filter((source) => wanted.includes(source.labels.context)));
}
