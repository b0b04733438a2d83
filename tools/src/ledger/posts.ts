import { seeded } from './random.js';

/** What a run publishes, from its seed: who says what and when. */
export interface Load {
  readonly sources: readonly PlannedSource[];
  /** In the order of their release. */
  readonly lines: readonly PlannedLine[];
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

export interface LoadOptions {
  readonly seed: number;
  readonly posts: number;
  /** Over how long they are released. */
  readonly durationMs: number;
  /** This share of the streamed posts comes a second time as it was. */
  readonly repeatedShare: number;
  /** This share of the streamed posts is edited. */
  readonly editedShare: number;
  /** Edits that such a post has at most, one after the other. */
  readonly mostEdits: number;
}

/** Streams release most of their lines in surges, so that there is work in flight when something breaks. */
export const SURGE_EVERY_MS = 1_000;
const REGIONS = ['sahel', 'levant', 'khorasan', 'lake-chad'];
const HIT_SHARE = 0.07;
/** What comes again comes within this time of what went before it. */
const AGAIN_WITHIN_MS = 8_000;
const AGAIN_AFTER_MS = 200;

/** Rules of the run's own pack: words nobody else uses. `rare` stays below what opens an alert. */
export const RULES = [
  { rule: 'lanterns/amber', phrase: 'amber lantern seventeen', share: 0.5, alerts: true },
  { rule: 'lanterns/cobalt', phrase: 'фонарь кобальт семнадцать', share: 0.3, alerts: true },
  { rule: 'lanterns/saffron', phrase: 'فانوس الزعفران سبعة', share: 0.2, alerts: true },
  { rule: 'lanterns/rare', phrase: 'violet lantern eleven', share: 0, alerts: false },
] as const;

/** So few posts hit the rare rule: fewer than six hits open no alert. */
const RARE_HITS = 4;

const WORDS =
  'market river harbour winter bread letter mountain weather council meeting road school bridge harvest train station evening morning report group border village festival match water price'.split(
    ' ',
  );

export function makeLoad(options: LoadOptions): Load {
  const random = seeded(options.seed);
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T =>
    from[Math.floor(random() * from.length)] as T;
  const { durationMs } = options;
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
    lines.push(line, ...(ofFeed ? [] : comingAgain(line, options, random)));
  }
  lines.sort((a, b) => a.releaseMs - b.releaseMs);
  return { sources, lines, posts: options.posts };
}

/** The repetition of a line, or its edits, each later than the one before. */
function comingAgain(line: PlannedLine, options: LoadOptions, random: () => number): PlannedLine[] {
  const { durationMs, repeatedShare, editedShare, mostEdits } = options;
  const later = (than: number): number =>
    Math.min(durationMs, than + AGAIN_AFTER_MS + random() * AGAIN_WITHIN_MS);
  const again = random();
  if (again < repeatedShare) return [{ ...line, repeated: true, releaseMs: later(line.releaseMs) }];
  if (again >= repeatedShare + editedShare) return [];
  const edits: PlannedLine[] = [];
  const count = 1 + Math.floor(random() * mostEdits);
  for (let revision = 1, releaseMs = line.releaseMs; revision <= count; revision += 1) {
    releaseMs = later(releaseMs);
    edits.push({
      ...line,
      revision,
      repeated: true,
      text: `${line.text} Corrected, ${revision}.`,
      releaseMs,
    });
  }
  return edits;
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
