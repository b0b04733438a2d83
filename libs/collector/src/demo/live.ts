import type { PostEvent } from '@vigil/contracts';
import { demoPost, echoingSources } from './demo-post.js';
import { DEMO_SEED, sourceFor } from './history.js';
import { randomFrom } from './random.js';
import type { DemoScript } from './script.js';

/** After the history, so that what is usual is known when the burst comes. */
export const BURST_AFTER_MS = 15_000;
/** Echoes in each minute of the burst: a quick rise, a long fall. The first minute alone must be enough to be seen. */
const BURST_PER_MINUTE = [64, 72, 58, 44, 32, 24, 17, 12, 8, 5] as const;
export const BURST_MS = BURST_PER_MINUTE.length * 60_000;
/** Ordinary posts while somebody may be looking, and later. */
const TRICKLE_EVERY_MS = 5_000;
/** Every so many trickled posts one echoes a slogan: five a day, as in the history. */
const ECHO_EVERY = 3_456;
const RELIGIOUS_EVERY = 6;

/** A post and when it is due, in milliseconds since the epoch. */
export interface DuePost {
  readonly dueMs: number;
  readonly event: PostEvent;
}

/**
 * The coordinated burst after `startMs`, in order of time: one slogan and the names of outlets, in all the languages
 * of the echoing sources. Finite, deterministic in `startMs` and `seed`.
 */
export function demoBurst(script: DemoScript, startMs: number, seed: number = DEMO_SEED): readonly DuePost[] {
  const random = randomFrom(seed + 1);
  const sources = echoingSources(script);
  const posts: DuePost[] = [];
  BURST_PER_MINUTE.forEach((count, minute) => {
    const times = Array.from(
      { length: count },
      () => startMs + BURST_AFTER_MS + minute * 60_000 + Math.floor(random.next() * 60_000),
    );
    for (const dueMs of times.sort((a, b) => a - b)) {
      const source = random.pick(sources);
      const language = random.pick(source.labels.languages);
      const number = `burst-${posts.length + 1}`;
      posts.push({
        dueMs,
        event: demoPost(
          script,
          {
            number,
            source,
            language,
            line: 'burst',
            publishedAt: dueMs,
            collectedAt: dueMs,
            backfill: false,
          },
          random,
        ),
      });
    }
  });
  return posts;
}

/** The ordinary posts due in (fromMs, toMs]: one every five seconds since `startMs`, each the same whenever it is asked for. */
export function demoTrickle(
  script: DemoScript,
  startMs: number,
  fromMs: number,
  toMs: number,
  seed: number = DEMO_SEED,
): readonly DuePost[] {
  const posts: DuePost[] = [];
  const first = Math.max(1, Math.floor((fromMs - startMs) / TRICKLE_EVERY_MS) + 1);
  for (let slot = first; startMs + slot * TRICKLE_EVERY_MS <= toMs; slot++) {
    // A generator of its own for each slot: what a slot says does not depend on where one began to ask.
    const random = randomFrom(seed + 2 + Math.imul(slot, 0x9e3779b1));
    random.next();
    const line = slot % ECHO_EVERY === 0 ? 'echo' : slot % RELIGIOUS_EVERY === 0 ? 'religious' : 'ordinary';
    const source = sourceFor(script, line, random);
    const dueMs = startMs + slot * TRICKLE_EVERY_MS;
    const language = random.pick(source.labels.languages);
    posts.push({
      dueMs,
      event: demoPost(
        script,
        {
          number: `live-${slot}`,
          source,
          language,
          line,
          publishedAt: dueMs,
          collectedAt: dueMs,
          backfill: false,
        },
        random,
      ),
    });
  }
  return posts;
}
