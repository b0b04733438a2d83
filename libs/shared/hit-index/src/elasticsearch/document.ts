import { hitVersion, languageOfHit, VigilError, type Hit } from '@vigil/contracts';
import {
  authorOf,
  idHash,
  rulesOf,
  stateNumber,
  storable,
  storableInstant,
  tokensOf,
} from '../hit-fields.js';
import type { HitDocument } from './schema.js';

/** Of an external version's 53 bits, which JSON's numbers carry exactly: 2 for the state, 29 for the ruleset, 22 for the revision. */
const RULESETS = 2 ** 29;
const REVISIONS = 2 ** 22;

/** A hit ready to be written. */
export interface Versioned {
  readonly key: string;
  readonly postId: string;
  readonly version: number;
  readonly firstSeenAt: string;
  readonly document: HitDocument;
}

/** An _id: 43 characters of base64url. */
export function keyOf(id: string): string {
  return idHash(id).toString('base64url');
}

/** Grows with (revision, ruleset, state). Throws `internal` beyond 4 million revisions or 500 million rulesets. */
export function externalVersion(hit: Hit): number {
  const [revision, ruleset] = hitVersion(hit);
  if (revision >= REVISIONS || ruleset >= RULESETS) {
    throw new VigilError(
      'internal',
      `a hit's version (${revision}, ${ruleset}) is beyond what the index can order`,
    );
  }
  return (revision * RULESETS + ruleset) * 4 + stateNumber(hit.state);
}

/** Throws `internal` for a hit that no document can hold: an erased one, or one of a version beyond counting. */
export function toDocument(hit: Hit): Versioned {
  const { post, verdict } = hit;
  const time = readInstant(hit.eventTime);
  return {
    key: keyOf(post.id),
    postId: post.id,
    version: externalVersion(hit),
    firstSeenAt: hit.firstSeenAt,
    document: {
      id: storable(post.id),
      state: hit.state,
      event_time: new Date(time.millis).toISOString(),
      event_micros: time.micros,
      source: storable(post.sourceId),
      language: storable(languageOfHit(hit) ?? 'und'),
      region: storable(hit.region),
      rules: rulesOf(hit).map(storable),
      indicator: verdict.indicator,
      severity: verdict.severity,
      author: storable(authorOf(hit)),
      channel: storable(post.channel),
      demo: post.demo,
      tokens: tokensOf(post.text).join(' '),
      hit: JSON.stringify(hit),
    },
  };
}

/** An instant as a date's milliseconds since the epoch and the microseconds (0 to 999) within. */
export interface SplitInstant {
  readonly millis: number;
  readonly micros: number;
}

/** To the microsecond, rounded, as PostgreSQL keeps it. */
export function readInstant(instant: string): SplitInstant {
  const [, whole = '', fraction = ''] = /^([^.]*?)(?:\.(\d+))?Z$/.exec(storableInstant(instant)) ?? [];
  const micros = Math.round(Number(`0.${fraction || '0'}`) * 1e6);
  return { millis: Date.parse(`${whole}Z`) + Math.floor(micros / 1_000), micros: micros % 1_000 };
}

/** As a cursor writes it: six digits behind the second. */
export function writeInstant({ millis, micros }: SplitInstant): string {
  return new Date(millis).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}
