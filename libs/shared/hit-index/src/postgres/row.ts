import { hitVersion, languageOfHit, type Hit } from '@vigil/contracts';
import { authorOf, rulesOf, stateNumber, storable, storableInstant, tokensOf } from '../hit-fields.js';
import { quoteLexeme } from '../query/tsquery.js';

/** A hit as the columns of its rows. */
export interface Row {
  /** As the post has it; `id` is what PostgreSQL can hold of it. */
  readonly postId: string;
  readonly id: string;
  readonly revision: number;
  readonly ruleset: number;
  readonly state: number;
  readonly eventTime: string;
  readonly firstSeenAt: string;
  readonly source: string;
  readonly language: string;
  readonly region: string;
  /** Separated by spaces, which no rule id has. */
  readonly rules: string;
  readonly indicator: string | null;
  readonly severity: string | null;
  readonly author: string;
  readonly channel: string;
  readonly demo: boolean;
  /** A tsvector in its text form. */
  readonly tokens: string;
  /** The tokens that a misspelt word may stand for. */
  readonly dictionary: readonly string[];
  readonly hit: string;
}

/** PostgreSQL keeps positions up to this one and at most 256 of them per lexeme; a phrase beyond is not found as one. */
const MAX_POSITION = 16_383;
const MAX_POSITIONS_PER_LEXEME = 256;
/** A tsvector holds 1 MiB: of lexemes and positions together. */
const MAX_VECTOR_BYTES = 900_000;
/** Shorter tokens are never sought with ~, longer ones are links and keys. */
const DICTIONARY_LENGTH = { least: 2, most: 40 };

/** Throws `internal` for an erased hit, of which nothing is stored. */
export function toRow(hit: Hit): Row {
  const { post, verdict } = hit;
  const [revision, ruleset] = hitVersion(hit);
  const places = placesByToken(tokensOf(post.text));
  return {
    postId: post.id,
    id: storable(post.id),
    revision,
    ruleset,
    state: stateNumber(hit.state),
    eventTime: storableInstant(hit.eventTime),
    firstSeenAt: storableInstant(hit.firstSeenAt),
    source: storable(post.sourceId),
    language: storable(languageOfHit(hit) ?? 'und'),
    region: storable(hit.region),
    rules: rulesOf(hit).join(' '),
    indicator: verdict.indicator,
    severity: verdict.severity,
    author: storable(authorOf(hit)),
    channel: storable(post.channel),
    demo: post.demo,
    tokens: vectorText(places),
    dictionary: [...places.keys()].filter(isDictionaryWord),
    hit: JSON.stringify(hit),
  };
}

function isDictionaryWord(token: string): boolean {
  return token.length >= DICTIONARY_LENGTH.least && token.length <= DICTIONARY_LENGTH.most;
}

function placesByToken(tokens: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  tokens.forEach((token, index) => {
    const position = Math.min(index + 1, MAX_POSITION);
    const known = places.get(token);
    if (!known) places.set(token, [position]);
    else if (known.length < MAX_POSITIONS_PER_LEXEME && known.at(-1) !== position) known.push(position);
  });
  return places;
}

function vectorText(places: ReadonlyMap<string, readonly number[]>): string {
  const parts: string[] = [];
  let bytes = 0;
  for (const [token, positions] of places) {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    bytes += 3 * token.length + 2 * positions.length + 4;
    if (bytes > MAX_VECTOR_BYTES) break;
    parts.push(`${quoteLexeme(token)}:${positions.join(',')}`);
  }
  return parts.join(' ');
}
