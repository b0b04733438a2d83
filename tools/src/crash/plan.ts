import { seeded } from './random.js';

/** Everything a run is made of, from its seed: who publishes what, when, and when something is killed. */
export interface Plan {
  readonly seed: number;
  readonly sources: readonly PlannedSource[];
  /** In the order of their release. */
  readonly lines: readonly PlannedLine[];
  readonly kills: readonly PlannedKill[];
  /** Distinct posts. */
  readonly posts: number;
}

export interface PlannedSource {
  readonly id: string;
  readonly kind: 'rss' | 'atom' | 'held-stream' | 'growing-stream';
  readonly region: string;
}

export interface PlannedLine {
  readonly source: string;
  /** Id of the post within its source. The same id again is a repetition or an edit. */
  readonly id: string;
  readonly revision: number;
  readonly repeated: boolean;
  readonly author: string;
  readonly text: string;
  /** The rule of the run's own pack that this post must hit; null for none. */
  readonly rule: string | null;
  /** Milliseconds after the start. */
  readonly releaseMs: number;
}

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

/** Streams release most of their lines in surges, so that there is work in flight to be killed. */
export const SURGE_EVERY_MS = 1_000;
const REGIONS = ['sahel', 'levant', 'khorasan', 'lake-chad'];
/** After the last kill everything is released and the program left to work. */
const CALM_MS = 4_000;
const HIT_SHARE = 0.07;
const REPEATED_SHARE = 0.04;
const EDITED_SHARE = 0.03;

/** Rules of the run's own pack: words nobody else uses. `rare` stays below what opens an alert. */
export const RULES = [
  { rule: 'crash-run/amber', phrase: 'amber lantern seventeen', share: 0.5, alerts: true },
  { rule: 'crash-run/cobalt', phrase: 'фонарь кобальт семнадцать', share: 0.3, alerts: true },
  { rule: 'crash-run/saffron', phrase: 'فانوس الزعفران سبعة', share: 0.2, alerts: true },
  { rule: 'crash-run/rare', phrase: 'violet lantern eleven', share: 0, alerts: false },
] as const;

/** This share of the kills is followed by one amid the start after it, which counts as no kill of its own. */
const AGAIN_SHARE = 0.25;
/** A start takes some three seconds: recovery, migrations, packs, sources, consumers. */
const AGAIN_WITHIN_MS = 4_000;

/** So few posts hit the rare rule: fewer than six hits open no alert. */
const RARE_HITS = 4;

const WORDS =
  'market river harbour winter bread letter mountain weather council meeting road school bridge harvest train station evening morning report group border village festival match water price'.split(
    ' ',
  );

export function makePlan(options: PlanOptions): Plan {
  const random = seeded(options.seed);
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T =>
    from[Math.floor(random() * from.length)] as T;
  const durationMs = Math.max(1, options.kills) * options.killEveryMs + CALM_MS;
  const sources = sourcesFor(options.posts);
  const feeds = sources.filter((source) => source.kind === 'rss' || source.kind === 'atom');
  const streams = sources.filter((source) => source.kind !== 'rss' && source.kind !== 'atom');
  const rare = new Set(Array.from({ length: RARE_HITS }, () => Math.floor(random() * options.posts)));
  const lines: PlannedLine[] = [];
  for (let n = 0; n < options.posts; n += 1) {
    const ofFeed = n % 2 === 0;
    const source = pick(ofFeed ? feeds : streams);
    const rule = rare.has(n) ? RULES[3] : random() < HIT_SHARE ? ruleFor(random()) : null;
    const words = Array.from({ length: 12 + Math.floor(random() * 50) }, () => pick(WORDS));
    if (rule) words.splice(Math.floor(random() * words.length), 0, rule.phrase);
    const line: PlannedLine = {
      source: source.id,
      id: `n${n}`,
      revision: 0,
      repeated: false,
      author: `author-${Math.floor(random() * 400)}`,
      text: `${words.join(' ')}.`,
      rule: rule?.rule ?? null,
      releaseMs: ofFeed ? random() * durationMs : releaseOfStream(random, durationMs),
    };
    lines.push(line);
    if (ofFeed) continue;
    const again = random();
    const laterMs = Math.min(durationMs, line.releaseMs + 200 + random() * 8_000);
    if (again < REPEATED_SHARE) lines.push({ ...line, repeated: true, releaseMs: laterMs });
    else if (again < REPEATED_SHARE + EDITED_SHARE) {
      lines.push({
        ...line,
        revision: 1,
        repeated: true,
        text: `${line.text} Corrected.`,
        releaseMs: laterMs,
      });
    }
  }
  lines.sort((a, b) => a.releaseMs - b.releaseMs);
  return { seed: options.seed, sources, lines, kills: killsFor(random, options), posts: options.posts };
}

function sourcesFor(posts: number): PlannedSource[] {
  const each = Math.max(4, Math.min(20, Math.round(posts / 1_000)));
  const made: PlannedSource[] = [];
  for (let i = 0; i < each; i += 1) {
    const region = REGIONS[i % REGIONS.length] ?? 'global';
    made.push({ id: `feed-${i}`, kind: i % 2 === 0 ? 'rss' : 'atom', region });
    made.push({ id: `stream-${i}`, kind: i % 3 === 0 ? 'growing-stream' : 'held-stream', region });
  }
  return made;
}

function ruleFor(at: number): (typeof RULES)[number] {
  let left = at;
  for (const rule of RULES) if ((left -= rule.share) < 0) return rule;
  return RULES[0];
}

function releaseOfStream(random: () => number, durationMs: number): number {
  const at = random() * durationMs;
  return random() < 0.8 ? Math.floor(at / SURGE_EVERY_MS) * SURGE_EVERY_MS : at;
}

function killsFor(random: () => number, options: PlanOptions): PlannedKill[] {
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
