import { VigilError } from '@vigil/contracts';

/** One thing asked of the text: it must occur or, `negated`, must not. Tokens are as the index holds them. */
export type Term =
  | { readonly kind: 'phrase'; readonly tokens: readonly string[]; readonly negated: boolean }
  | { readonly kind: 'fuzzy'; readonly token: string; readonly edits: 1 | 2 };

/** Cuts a text into the tokens of the index, in order. The same function makes the index and reads the query. */
export type Tokenise = (text: string) => readonly string[];

/** Far beyond what a person asks, and a bound on what one request can cost. */
export const MAX_TERMS = 32;
/** Each one looks through the dictionary of tokens. */
export const MAX_FUZZY_TERMS = 4;
/** A shorter word is within so few edits of nearly every other short word. */
export const MIN_FUZZY_LENGTH = { 1: 3, 2: 5 } as const;

/** Straight, curly, low and angle quotation marks: phones and word processors type them unasked. */
const QUOTES = /["“”„‟«»]/u;
const ACCEPTED =
  'Words must all occur; "words in quotes" occur as a phrase; -word must not occur; word~ or word~2 allows one or two differing letters.';

/**
 * Reads the query language of HitQuery.text. What holds neither letter nor digit (a lone dash, an emoji) is passed over.
 * Throws `bad-input` naming the position (1-based, in characters) and what is accepted.
 */
export function parseQuery(text: string, tokenise: Tokenise): Term[] {
  const terms: Term[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/u.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    const negated = text[at] === '-';
    const start = negated ? at + 1 : at;
    const quoted = QUOTES.test(text.charAt(start));
    const end = quoted ? closingQuote(text, start) : endOfWord(text, start);
    const term = quoted
      ? phrase(tokenise(text.slice(start + 1, end)), negated)
      : word(text.slice(start, end), negated, at, tokenise);
    if (term) terms.push(term);
    at = quoted ? end + 1 : end;
  }
  return checked(terms);
}

function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) if (QUOTES.test(text.charAt(at))) return at;
  return refuse(open, 'a quotation mark opens a phrase that nothing closes');
}

function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !/\s/u.test(text.charAt(at)) && !QUOTES.test(text.charAt(at))) at += 1;
  return at;
}

function word(raw: string, negated: boolean, at: number, tokenise: Tokenise): Term | null {
  const fuzzy = /^(.+)~(\d*)$/su.exec(raw);
  if (!fuzzy) return phrase(tokenise(raw), negated);
  const tokens = tokenise(fuzzy[1] ?? '');
  const [token] = tokens;
  if (token === undefined) return null;
  if (negated) return refuse(at, 'a word with ~ can be sought, not excluded');
  if (tokens.length > 1)
    return refuse(at, `~ belongs behind one word, and “${fuzzy[1] ?? ''}” is ${tokens.length}`);
  const edits = editsOf(fuzzy[2] ?? '', at);
  const least = MIN_FUZZY_LENGTH[edits];
  if ([...token].length < least) {
    return refuse(at, `a word with ~${edits === 2 ? '2' : ''} needs at least ${least} letters`);
  }
  return { kind: 'fuzzy', token, edits };
}

function editsOf(digits: string, at: number): 1 | 2 {
  if (digits === '' || digits === '1') return 1;
  if (digits === '2') return 2;
  return refuse(at, `~ takes 1 or 2, not ${digits}`);
}

function phrase(tokens: readonly string[], negated: boolean): Term | null {
  return tokens.length === 0 ? null : { kind: 'phrase', tokens, negated };
}

function checked(terms: Term[]): Term[] {
  if (terms.length === 0) throw badQuery('text: there is no letter or digit in it to search for');
  if (terms.length > MAX_TERMS)
    throw badQuery(`text: at most ${MAX_TERMS} words and phrases, and there are ${terms.length}`);
  const fuzzy = terms.filter((term) => term.kind === 'fuzzy').length;
  if (fuzzy > MAX_FUZZY_TERMS)
    throw badQuery(`text: at most ${MAX_FUZZY_TERMS} words with ~, and there are ${fuzzy}`);
  return terms;
}

function refuse(at: number, what: string): never {
  throw badQuery(`text, position ${at + 1}: ${what}`);
}

function badQuery(what: string): VigilError {
  return new VigilError('bad-input', `${what}. ${ACCEPTED}`, { fields: [{ path: 'text', message: what }] });
}
