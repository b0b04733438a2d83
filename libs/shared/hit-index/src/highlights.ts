import type { Span, Token } from '@vigil/text';
import type { Term } from './query/parse.js';

/** More than a reader follows in one post, and a bound on what one post can send. */
const MAX_HIGHLIGHTS = 200;

/** What to look for in a post: each alternative is a run of tokens. Excluded terms show nowhere. */
export function soughtRuns(
  terms: readonly Term[],
  expansions: ReadonlyMap<Term, readonly string[]>,
): readonly (readonly string[])[] {
  return terms.flatMap((term) => {
    if (term.kind === 'fuzzy') return (expansions.get(term) ?? []).map((token) => [token]);
    return term.negated ? [] : [term.tokens];
  });
}

/** Where the sought runs stand in a post, in order and without overlap. O(tokens × runs that begin with that token). */
export function highlight(tokens: readonly Token[], runs: readonly (readonly string[])[]): Span[] {
  const byFirst = new Map<string, (readonly string[])[]>();
  for (const run of runs) {
    const [first] = run;
    if (first === undefined) continue;
    const known = byFirst.get(first);
    if (known) known.push(run);
    else byFirst.set(first, [run]);
  }
  const found: { start: number; end: number }[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const longest = longestRun(tokens, i, byFirst);
    const first = tokens[i];
    const last = tokens[i + longest - 1];
    if (longest === 0 || !first || !last) continue;
    const previous = found.at(-1);
    if (previous && first.start <= previous.end) previous.end = Math.max(previous.end, last.end);
    else if (found.length === MAX_HIGHLIGHTS) break;
    else found.push({ start: first.start, end: last.end });
  }
  return found;
}

function longestRun(
  tokens: readonly Token[],
  at: number,
  byFirst: ReadonlyMap<string, readonly (readonly string[])[]>,
): number {
  let longest = 0;
  for (const run of byFirst.get(tokens[at]?.text ?? '') ?? []) {
    if (run.length > longest && run.every((token, k) => tokens[at + k]?.text === token)) longest = run.length;
  }
  return longest;
}
