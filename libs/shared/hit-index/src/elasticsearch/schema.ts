import type { estypes } from '@elastic/elasticsearch';

/** Classes of retention, each in indices of its own: what goes when its month is over, and what a legal hold keeps. */
export type RetentionClass = 'default' | 'held';
/** Older than the program and its kind: what claims to be first seen before shares one index, so that forged times can't fill a cluster with indices. */
const FIRST_MONTH = '2020.01';

/** What the names of this installation's indices are. */
export interface Names {
  /** What searches read: all months, of whatever version. */
  readonly alias: string;
  readonly template: string;
  /** All indices of hits of this version, as a pattern. */
  readonly months: string;
  /** All indices of hits of any version, as a pattern. */
  readonly everything: string;
  /** Hashes of the ids erased for good. It outlives every version. */
  readonly erased: string;
  /** Whether an index is of this version. */
  readonly isCurrent: (index: string) => boolean;
  /** The index of hits first seen at this instant. Months of the future, which nobody can have seen, are this month. */
  readonly month: (firstSeenAt: string, now: Date) => string;
  /** The index of what legal holds keep beyond its month. */
  readonly held: string;
  /** The month of an index, `2026.11`; null where it is of no month. */
  readonly monthOf: (index: string) => string | null;
}

export function namesOf(prefix: string, { version }: Pick<HitSchema, 'version'> = SCHEMA): Names {
  const template = `${prefix}-hits-v${version}`;
  const named = (retention: RetentionClass, rest = '') => `${template}-${retention}${rest}`;
  return {
    alias: `${prefix}-hits`,
    template,
    months: `${template}-*`,
    everything: `${prefix}-hits-v*`,
    erased: `${prefix}-erased`,
    isCurrent: (index) => index.startsWith(`${template}-`),
    month: (firstSeenAt, now) => {
      const month = monthOfInstant(firstSeenAt);
      const latest = monthOfInstant(now.toISOString());
      const bounded = month > latest ? latest : month < FIRST_MONTH ? FIRST_MONTH : month;
      return named('default', `-${bounded}`);
    },
    held: named('held'),
    monthOf: (index) => /-default-(\d{4}\.\d{2})$/.exec(index)?.[1] ?? null,
  };
}

/** The month of an instant as indices name it: `2026.11`. */
export function monthOfInstant(instant: string): string {
  return instant.slice(0, 7).replace('-', '.');
}

/** A hit as a document; its _id is the hash of the post's id, which may be longer than an _id's 512 bytes. */
export interface HitDocument {
  readonly id: string;
  readonly state: string;
  /** To the millisecond, which is all that a date keeps; the rest stands beside it. */
  readonly event_time: string;
  readonly event_micros: number;
  readonly source: string;
  readonly language: string;
  readonly region: string;
  readonly rules: readonly string[];
  readonly indicator: string | null;
  readonly severity: string | null;
  readonly author: string;
  readonly channel: string;
  readonly demo: boolean;
  /** Our own normalised tokens, joined by spaces. */
  readonly tokens: string;
  /** The hit as JSON within a string, which keeps a post's text to the letter (U+0000, half a surrogate pair) however a server re-encodes a document. */
  readonly hit: string;
}

const PROPERTIES: Record<keyof HitDocument, estypes.MappingProperty> = {
  id: { type: 'keyword' },
  state: { type: 'keyword' },
  event_time: { type: 'date', format: 'strict_date_time' },
  event_micros: { type: 'short' },
  source: { type: 'keyword' },
  language: { type: 'keyword' },
  region: { type: 'keyword' },
  rules: { type: 'keyword' },
  indicator: { type: 'keyword' },
  severity: { type: 'keyword' },
  author: { type: 'keyword' },
  channel: { type: 'keyword' },
  demo: { type: 'boolean' },
  // The words are normalised before they come here, so that every engine finds the same: only spaces part them.
  tokens: { type: 'text', analyzer: 'whitespace', norms: false, index_options: 'positions' },
  hit: { type: 'object', enabled: false },
};

/** The mappings, and a number that grows with every change of them that a stored index cannot take. */
export interface HitSchema {
  readonly version: number;
  readonly properties: Record<keyof HitDocument, estypes.MappingProperty>;
}

export const SCHEMA: HitSchema = { version: 1, properties: PROPERTIES };

/** One shard holds a month of hits of 5,000 posts a second; a copy wherever a second node could hold it. */
const SETTINGS: estypes.IndicesIndexSettings = {
  number_of_shards: 1,
  auto_expand_replicas: '0-1',
  // A put refreshes by itself before it resolves; this is only for what a killed process left unrefreshed.
  refresh_interval: '30s',
};

export function hitsTemplate(
  names: Names,
  { version, properties }: HitSchema,
): estypes.IndicesPutIndexTemplateRequest {
  return {
    name: names.template,
    index_patterns: [names.months],
    // Above any template of an operator that would match everything.
    priority: 500,
    template: {
      settings: SETTINGS,
      mappings: { dynamic: 'strict', properties },
      aliases: { [names.alias]: {} },
    },
    _meta: { program: 'vigil', version },
  };
}

export function erasedIndex(names: Names): estypes.IndicesCreateRequest {
  return {
    index: names.erased,
    settings: SETTINGS,
    mappings: { dynamic: 'strict', properties: { erased_at: { type: 'date' } } },
  };
}
