import { FoldTable } from './fold-tables.js';
import { NormalisedText, normalise } from './normalise.js';
import { STEP } from './steps.js';
import { ALONE, EDGE, SPACE } from './word-edges.js';

/** One word of a text: folded, and where it stands in the text as published (UTF-16, end exclusive). */
export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Longest folded word kept, in UTF-16 units: a word of 100 letters is noise, and an index has its own limits. */
export const MAX_TOKEN = 100;

/**
 * How the search index reads. What is stored was cut by it, so it changes only together with a rebuilding of the index
 * (`vigil reindex`); a test pins it. Encoded characters stay as they are: nobody searches for them decoded.
 */
const SEARCH = FoldTable.without(STEP.entities | STEP.percent);

const scratch = new NormalisedText();

/**
 * The words of a text, folded as the rules read them, for the search index and its queries. In scripts written without
 * spaces every character is a word, so that a phrase search finds any run of them. At most one token for each unit of
 * the normalised text; a longer word than MAX_TOKEN is cut, its span is whole.
 */
export function tokenise(text: string): readonly Token[] {
  const normalised = normalise(text, scratch, SEARCH);
  const { units, length } = normalised;
  // Decoded once: a decoder's call for each word cost more than all else.
  const folded = normalised.text();
  const tokens: Token[] = [];
  let begin = 0;
  for (let at = 0; at <= length; at++) {
    const unit = at < length ? (units[at] as number) : SPACE;
    const edge = EDGE[unit];
    const splits =
      unit === SPACE || edge === ALONE || (at > begin && EDGE[units[at - 1] as number] === ALONE);
    if (!splits || (unit >= 0xdc00 && unit <= 0xdfff)) continue;
    if (at > begin) {
      const span = normalised.span(begin, at);
      tokens.push({ text: folded.slice(begin, cut(units, begin, at)), start: span.start, end: span.end });
    }
    begin = unit === SPACE ? at + 1 : at;
  }
  return tokens;
}

/** Where a token of at most MAX_TOKEN units ends, never within a pair. */
function cut(units: Uint16Array, begin: number, end: number): number {
  if (end - begin <= MAX_TOKEN) return end;
  const last = units[begin + MAX_TOKEN - 1] as number;
  return begin + MAX_TOKEN - (last >= 0xd800 && last <= 0xdbff ? 1 : 0);
}
