import type { LineClassifier } from '@vigil/classifier/engine';
import type { Line } from '@vigil/collector/reading';
import { ImportLine, isVigilError, parse, VigilError, type FieldError } from '@vigil/contracts';

/** A line that is no post. Never holds the line itself. */
export interface RefusedLine {
  readonly line: number;
  readonly message: string;
  readonly fields: readonly FieldError[];
}

/** What came of some lines: one verdict a line as NDJSON, in their order, and the lines that got none. */
export interface Judged {
  readonly verdicts: string;
  readonly refused: readonly RefusedLine[];
}

/** Judges lines of an import one by one: a line that is no post keeps no other from its verdict. */
export function judgeLines(classifier: LineClassifier, lines: readonly Line[], matchesOnly: boolean): Judged {
  let verdicts = '';
  const refused: RefusedLine[] = [];
  for (const { text, number } of lines) {
    try {
      const line = parse(ImportLine, jsonOf(text), 'post');
      const verdict = classifier.classifyLine(line);
      if (matchesOnly && verdict.matches.length === 0) continue;
      verdicts += `${JSON.stringify({ id: line.id ?? verdict.postId, line: number, verdict })}\n`;
    } catch (error) {
      if (!isVigilError(error)) throw error;
      refused.push({ line: number, message: error.message, fields: error.fields });
    }
  }
  return { verdicts, refused };
}

/** V8's own message repeats the text, which does not belong into logs. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    const at = position === undefined ? '' : ` at character ${Number(position) + 1}`;
    throw new VigilError('bad-input', `not JSON${at}: one object a line is expected, such as {"text": "…"}`);
  }
}
