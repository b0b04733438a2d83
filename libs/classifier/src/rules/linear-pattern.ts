import { RE2JS } from 're2js';

/** Longest pattern, in characters, and most instructions it may compile to: together with the reach they bound its cost. */
export const MAX_PATTERN = 500;
const MAX_PROGRAM = 500;

/** A regular expression in the syntax of RE2: its time is linear in the text, whatever is written in either. */
export interface LinearPattern {
  /** Where it is found within text[from, to), one behind the other, at most `most` times. Nothing outside is seen. */
  find(
    text: string,
    from: number,
    to: number,
    most: number,
  ): { readonly start: number; readonly end: number }[];
}

/** Compiles a pattern; capitals and small letters are the same to it. Throws RangeError with what is wrong and what to do. */
export function compilePattern(source: string): LinearPattern {
  if (source.length > MAX_PATTERN)
    throw new RangeError(
      `has ${source.length} characters; at most ${MAX_PATTERN} are accepted: split the rule`,
    );
  const pattern = compile(source);
  if (pattern.programSize() > MAX_PROGRAM)
    throw new RangeError(
      `is too large once its repetitions are written out: ask for fewer, or split the rule`,
    );
  if (pattern.matches(''))
    throw new RangeError('is found in nothing at all: let it ask for at least one character');
  return {
    find(text, from, to, most) {
      const found = [];
      const matcher = pattern.matcher(text.slice(from, to));
      while (found.length < most && matcher.find()) {
        const [start, end] = [from + matcher.start(), from + matcher.end()];
        if (end > start) found.push({ start, end });
      }
      return found;
    },
  };
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RangeError(
      `is no pattern of RE2 (${why}): look-around and back-references are not known, as no engine finds them in linear time`,
      { cause: error },
    );
  }
}
