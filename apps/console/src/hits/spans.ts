import type { Span } from '@vigil/contracts';

/** A run of text that carries the same marks from its first to its last character. */
export interface Segment<T> {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Everything whose span covers this run, in the order given. */
  readonly marks: readonly T[];
}

/** Whether offset `at` stands between the two halves of a surrogate pair. */
function splitsPair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}

/**
 * Cuts `text` at the borders of the spans (half-open UTF-16 offsets, which may overlap or nest), so that the
 * segments joined are the text again. A span outside the text is cut to it; a border inside a surrogate pair moves outwards.
 */
export function segments<T extends { readonly span: Span }>(text: string, marks: readonly T[]): Segment<T>[] {
  const within = marks
    .map((mark) => {
      let start = Math.min(text.length, Math.max(0, mark.span.start));
      let end = Math.min(text.length, Math.max(0, mark.span.end));
      if (splitsPair(text, start)) start -= 1;
      if (splitsPair(text, end)) end += 1;
      return { mark, start, end };
    })
    .filter(({ start, end }) => end > start);
  const borders = [...new Set([0, text.length, ...within.flatMap(({ start, end }) => [start, end])])].sort(
    (a, b) => a - b,
  );
  const cut: Segment<T>[] = [];
  for (let i = 0; i + 1 < borders.length; i++) {
    const start = borders[i] ?? 0;
    const end = borders[i + 1] ?? 0;
    const covering = within.filter((m) => m.start <= start && m.end >= end).map((m) => m.mark);
    cut.push({ start, end, text: text.slice(start, end), marks: covering });
  }
  return cut;
}

/** Characters of context kept on either side of the first mark of a long text. */
const AROUND = 160;

/**
 * The part of a long text worth showing first: the whole where it has at most `most` UTF-16 units, else a window
 * that begins a little before the first mark, at a space where there is one near.
 */
export function windowOf(text: string, spans: readonly Span[], most: number): Span {
  if (text.length <= most) return { start: 0, end: text.length };
  const first = spans.reduce((least, span) => Math.min(least, span.start), text.length);
  let start = first === text.length || first < most - AROUND ? 0 : first - AROUND;
  if (start > 0) {
    const space = text.indexOf(' ', start);
    if (space !== -1 && space < first) start = space + 1;
    else if (splitsPair(text, start)) start -= 1;
  }
  let end = Math.min(text.length, start + most);
  const space = text.lastIndexOf(' ', end);
  if (end < text.length && space > start + most / 2) end = space;
  if (splitsPair(text, end)) end += 1;
  return { start, end };
}
