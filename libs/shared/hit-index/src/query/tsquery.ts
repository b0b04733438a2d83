import type { Term } from './parse.js';

/**
 * A lexeme in the text form of PostgreSQL's tsvector and tsquery: quoted, with quotes and backslashes doubled
 * (PostgreSQL manual, "Text Search Types"), so that no token can be read as an operator.
 */
export function quoteLexeme(token: string): string {
  return /['\\]/.test(token) ? `'${token.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${token}'`;
}

/** The tsquery, in text form, of the terms together. `expansions` has, for each fuzzy term, the tokens it stands for. */
export function toTsquery(terms: readonly Term[], expansions: ReadonlyMap<Term, readonly string[]>): string {
  return terms
    .map((term) => {
      if (term.kind === 'fuzzy')
        return `(${(expansions.get(term) ?? [term.token]).map(quoteLexeme).join(' | ')})`;
      const sequence = `(${term.tokens.map(quoteLexeme).join(' <-> ')})`;
      return term.negated ? `!${sequence}` : sequence;
    })
    .join(' & ');
}
