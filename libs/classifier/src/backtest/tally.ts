import type { BacktestCounts, BacktestResult, BacktestRule, Match } from '@vigil/contracts';
import type { Compared } from './comparison.js';

/** Rules and sources that are counted apart: a table that somebody reads, and some 100 KiB at every checkpoint. */
export const MOST_RULES = 500;
export const MOST_SOURCES = 500;
/** Days counted apart: a year, and posts that give themselves other dates count in the total. */
const MOST_DAYS = 400;

/** Where a post counts beside the total. */
export interface Place {
  readonly source: string;
  /** YYYY-MM-DD, UTC; null where it is not known. */
  readonly day: string | null;
}

export interface LabelledPlace {
  readonly half: string;
  readonly language: string;
  readonly label: string;
}

/** What a draft adds and drops, counted. Its memory is bounded whatever it is given. Goes on from an earlier result. */
export class Tally {
  private readonly total: BacktestCounts;
  private readonly rules: Map<string, BacktestRule>;
  private readonly sources: Map<string, BacktestCounts>;
  private readonly days: Map<string, BacktestCounts>;
  private readonly labelled: Map<string, BacktestCounts & LabelledPlace>;
  private readonly unlisted: { rules: number; sources: number };

  constructor(from: BacktestResult | null = null) {
    this.total = { ...(from?.total ?? NOTHING) };
    this.rules = new Map(from?.rules.map((rule) => [rule.rule, { ...rule }]));
    this.sources = new Map(from?.sources.map(({ source, ...counts }) => [source, counts]));
    this.days = new Map(from?.days.map(({ day, ...counts }) => [day, counts]));
    this.labelled = new Map(from?.labelled.map((one) => [keyOf(one), { ...one }]));
    this.unlisted = { ...(from?.unlisted ?? { rules: 0, sources: 0 }) };
  }

  /** A post of the log. */
  count({ source, day }: Place, compared: Compared): void {
    add(this.total, compared);
    const ofSource = bounded(this.sources, source, MOST_SOURCES);
    if (ofSource) add(ofSource, compared);
    else this.unlisted.sources += 1;
    const ofDay = day === null ? null : bounded(this.days, day, MOST_DAYS);
    if (ofDay) add(ofDay, compared);
    for (const match of compared.live) this.countRule(match, 'live');
    for (const match of compared.draft) this.countRule(match, 'draft');
    for (const match of compared.added) this.countRule(match, 'added');
    for (const match of compared.dropped) this.countRule(match, 'dropped');
  }

  /** A post of the labelled set. */
  countLabelled(place: LabelledPlace, compared: Compared): void {
    const key = keyOf(place);
    const counts = this.labelled.get(key) ?? { ...place, ...NOTHING };
    this.labelled.set(key, counts);
    add(counts, compared);
  }

  result(): BacktestResult {
    return {
      total: { ...this.total },
      rules: [...this.rules.values()].sort(
        (a, b) => b.added + b.dropped - a.added - a.dropped || b.draft + b.live - a.draft - a.live,
      ),
      sources: [...this.sources]
        .map(([source, counts]) => ({ source, ...counts }))
        .sort((a, b) => b.added + b.dropped - a.added - a.dropped || b.posts - a.posts),
      days: [...this.days]
        .map(([day, counts]) => ({ day, ...counts }))
        .sort((a, b) => (a.day < b.day ? -1 : 1)),
      unlisted: { ...this.unlisted },
      labelled: [...this.labelled.values()],
    };
  }

  private countRule({ rule, title }: Match, as: 'live' | 'draft' | 'added' | 'dropped'): void {
    const counts = this.rules.get(rule) ?? { rule, title, live: 0, draft: 0, added: 0, dropped: 0 };
    if (!this.rules.has(rule)) {
      if (this.rules.size >= MOST_RULES) {
        this.unlisted.rules += 1;
        return;
      }
      this.rules.set(rule, counts);
    }
    counts[as] += 1;
  }
}

const NOTHING: BacktestCounts = { posts: 0, live: 0, draft: 0, added: 0, dropped: 0 };

function add(counts: BacktestCounts, { live, draft }: Compared): void {
  counts.posts += 1;
  if (live.length > 0) counts.live += 1;
  if (draft.length > 0) counts.draft += 1;
  if (draft.length > 0 && live.length === 0) counts.added += 1;
  if (live.length > 0 && draft.length === 0) counts.dropped += 1;
}

function bounded(map: Map<string, BacktestCounts>, key: string, most: number): BacktestCounts | null {
  const known = map.get(key);
  if (known) return known;
  if (map.size >= most) return null;
  const counts = { ...NOTHING };
  map.set(key, counts);
  return counts;
}

function keyOf({ half, language, label }: LabelledPlace): string {
  return `${half} ${language} ${label}`;
}
