import type { LoadOptions } from '../ledger/posts.js';
import { seeded } from '../ledger/random.js';

export const VICTIMS = ['program', 'database', 'both'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface PlannedKill {
  readonly victim: Victim;
  /** Not before this, milliseconds after the start. */
  readonly notBeforeMs: number;
  /** After a surge of lines has been released: 0 hits it at the collector, 300 at the alerts. */
  readonly afterSurgeMs: number;
  /** Kills the program once more so long after its next start began, ready or not; null for not. */
  readonly againAfterMs: number | null;
}

export interface PlanOptions {
  readonly seed: number;
  readonly posts: number;
  readonly kills: number;
  /** Time between kills on average; a restart must fit into it. */
  readonly killEveryMs: number;
  /** What is killed; all kinds where absent. */
  readonly victims?: readonly Victim[];
}

/** After the last kill everything is released and the program left to work. */
const CALM_MS = 4_000;

/** This share of the kills is followed by one amid the start after it, which counts as no kill of its own. */
const AGAIN_SHARE = 0.25;
/** A start takes some three seconds: recovery, migrations, packs, sources, consumers. */
const AGAIN_WITHIN_MS = 4_000;

/** What the feeder of a run publishes. */
export function loadOf({ seed, posts, kills, killEveryMs }: PlanOptions): LoadOptions {
  const durationMs = Math.max(1, kills) * killEveryMs + CALM_MS;
  return { seed, posts, durationMs, repeatedShare: 0.04, editedShare: 0.03, mostEdits: 1 };
}

/** When what is killed, from the seed. */
export function killsFor(options: PlanOptions): PlannedKill[] {
  const random = seeded(options.seed);
  return Array.from({ length: options.kills }, (_, k) => {
    const at = random();
    const drawn: Victim = at < 0.45 ? 'program' : at < 0.75 ? 'database' : 'both';
    const victim = options.victims?.includes(drawn) === false ? (options.victims[0] ?? drawn) : drawn;
    const jitter = (random() - 0.5) * 0.4;
    const again = random();
    return {
      victim,
      againAfterMs: again < AGAIN_SHARE ? Math.floor((again / AGAIN_SHARE) * AGAIN_WITHIN_MS) : null,
      notBeforeMs: (k + 0.5 + jitter) * options.killEveryMs,
      afterSurgeMs: Math.floor(random() ** 2 * 400),
    };
  });
}
