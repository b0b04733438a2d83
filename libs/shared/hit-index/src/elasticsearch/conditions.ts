import type { estypes } from '@elastic/elasticsearch';
import type { HitQuery } from '@vigil/contracts';
import { storable } from '../hit-fields.js';
import type { Term } from '../query/parse.js';
import { readInstant } from './document.js';

type Condition = estypes.QueryDslQueryContainer;

/** Tokens taken for one fuzzy word: more would find everything. */
const MAX_EXPANSIONS = 64;

/** What the filters of the query and the terms of its text make, all without scores. */
export function conditions(query: HitQuery, terms: readonly Term[]): Condition {
  const states = query.states === undefined || query.states.length === 0 ? ['current'] : query.states;
  const filter: Condition[] = [
    { terms: { state: [...states] } },
    ...anyOf('source', query.sources),
    ...anyOf('language', query.languages),
    ...anyOf('region', query.regions),
    ...anyOf('rules', query.rules),
    ...anyOf('indicator', query.indicators),
    ...anyOf('severity', query.severities),
    ...anyOf('author', query.authors),
    ...anyOf('channel', query.channels),
  ];
  if (query.demo !== undefined) filter.push({ term: { demo: query.demo } });
  const without: Condition[] = query.from === undefined ? [] : [before(query.from)];
  if (query.to !== undefined) filter.push(before(query.to));
  for (const term of terms) {
    if (term.kind === 'phrase' && term.negated) without.push(ofTerm(term));
    else filter.push(ofTerm(term));
  }
  return { bool: { filter, must_not: without } };
}

/** Hits whose event time is earlier than the instant, to the microsecond. */
export function before(instant: string): Condition {
  const { millis, micros } = readInstant(instant);
  const at = new Date(millis).toISOString();
  const earlier: Condition = { range: { event_time: { lt: at } } };
  if (micros === 0) return earlier;
  const within: Condition = {
    bool: { filter: [{ term: { event_time: at } }, { range: { event_micros: { lt: micros } } }] },
  };
  return { bool: { should: [earlier, within], minimum_should_match: 1 } };
}

function anyOf(field: string, values: readonly string[] | undefined): Condition[] {
  return values === undefined || values.length === 0 ? [] : [{ terms: { [field]: values.map(storable) } }];
}

function ofTerm(term: Term): Condition {
  if (term.kind === 'fuzzy') {
    // Levenshtein's distance, as on PostgreSQL: two letters changing places are two differences.
    const { token: value, edits: fuzziness } = term;
    return { fuzzy: { tokens: { value, fuzziness, transpositions: false, max_expansions: MAX_EXPANSIONS } } };
  }
  const [only] = term.tokens;
  if (only !== undefined && term.tokens.length === 1) return { term: { tokens: { value: only } } };
  return { match_phrase: { tokens: { query: term.tokens.join(' '), analyzer: 'whitespace' } } };
}
