import type { Queryable } from '@vigil/database';
import type { Term } from '../query/parse.js';

/** Tokens taken for one fuzzy word, nearest first: more would find everything. */
const MAX_EXPANSIONS = 64;
/** Longer words are not in the dictionary. */
const MAX_LETTERS = 42;
/** Sorts behind every string that begins with the same prefix (the last code point, C collation). */
const LAST = '\u{10ffff}';

/** Near tokens by edit distance, insertions, deletions and substitutions counting one each (Levenshtein). */
const NEAR = (candidates: string) => `
  select token from hit_index_token
  where letters between $2::int - $3::int and $2::int + $3::int and ${candidates}
    and levenshtein_less_equal(token, $1::text, $3::int) <= $3::int
  order by levenshtein(token, $1::text), token limit ${MAX_EXPANSIONS}`;

/** For every fuzzy term, itself and the tokens of the index near it. */
export async function expand(db: Queryable, terms: readonly Term[]): Promise<Map<Term, readonly string[]>> {
  const expansions = new Map<Term, readonly string[]>();
  for (const term of terms) {
    if (term.kind !== 'fuzzy') continue;
    expansions.set(term, [...new Set([term.token, ...(await near(db, term.token, term.edits))])]);
  }
  return expansions;
}

async function near(db: Queryable, token: string, edits: 1 | 2): Promise<string[]> {
  const letters = [...token];
  if (letters.length > MAX_LETTERS) return [];
  const values: unknown[] = [token, letters.length, edits];
  if (edits === 2) return (await db.query<{ token: string }>(NEAR('true'), values)).map((row) => row.token);
  // One edit leaves the first half or the last half as it is.
  const half = Math.floor(letters.length / 2);
  const first = letters.slice(0, half).join('');
  const last = letters.slice(half).reverse().join('');
  const rows = await db.query<{ token: string }>(
    NEAR('((token >= $4 and token < $5) or (reversed >= $6 and reversed < $7))'),
    [...values, first, first + LAST, last, last + LAST],
  );
  return rows.map((row) => row.token);
}
