import {
  CST,
  Lexer,
  LineCounter,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';

/** One fault in a pack: where it is, in which field, and what is accepted there. Lines and columns count from 1. */
export interface PackProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Dotted path within the file, for example `3.phrases.ar.0`; empty for the file itself. */
  readonly field: string;
  readonly message: string;
}

export type Path = readonly (string | number)[];

/** A file as parsed: its plain value, and where in the text each field stands. */
export interface YamlFile {
  readonly name: string;
  /** Undefined where the text is no YAML. */
  readonly value: unknown;
  problemAt(path: Path, message: string): PackProblem;
}

/** Largest file of a pack, in UTF-16 units: some 20,000 rules. A larger pack has several. */
export const MAX_FILE = 4 * 1024 * 1024;

/** Brackets within brackets, or dashes behind dashes, that are read: a pack needs three. The parser's time grows with their square. */
const MAX_NESTING = 32;

/** Whether the text opens more levels than that on one line or in one flow; told by the lexer, which knows what is quoted. */
function isNestedTooDeeply(text: string): boolean {
  let flow = 0;
  let items = 0;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === 'flow-seq-start' || type === 'flow-map-start') flow++;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') flow = Math.max(0, flow - 1);
    else if (type === 'seq-item-ind' || type === 'explicit-key-ind' || type === 'map-value-ind') items++;
    else if (type === 'newline') items = 0;
    if (flow > MAX_NESTING || (flow === 0 && items > MAX_NESTING)) return true;
  }
  return false;
}

/**
 * Parses YAML 1.2 (and so JSON). Anchors and aliases are refused, which leaves no way to make a small file large; keys
 * given twice are refused; nothing here throws. Keys are compared in sets: the parser's own check is quadratic.
 */
export function readYaml(name: string, text: string): { file: YamlFile; problems: PackProblem[] } {
  const lines = new LineCounter();
  const problems: PackProblem[] = [];
  const at = (offset: number, field: string, message: string): PackProblem => {
    const position = lines.linePos(offset);
    return {
      file: name,
      line: Math.max(1, position.line),
      column: Math.max(1, position.col),
      field,
      message,
    };
  };
  const unreadable = (message: string) => ({
    file: { name, value: undefined, problemAt: (path: Path, why: string) => at(0, path.join('.'), why) },
    problems: [...problems, at(0, '', message)],
  });
  if (text.length > MAX_FILE) {
    return unreadable(
      `has ${text.length} characters; at most ${MAX_FILE} are accepted: split it into several files under rules/`,
    );
  }
  try {
    if (isNestedTooDeeply(text)) return unreadable('is nested too deeply: write one field or item to a line');
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'silent',
    });
    for (const error of document.errors)
      problems.push(at(error.pos[0], '', `is no valid YAML: ${firstLine(error.message)}`));
    if (problems.length > 0) return { file: unreadable('').file, problems };
    visit(document, {
      Node: (_, node) => {
        if (isAlias(node) || node.anchor)
          problems.push(
            at(node.range?.[0] ?? 0, '', 'anchors and aliases are not accepted: write the value out'),
          );
      },
      Map: (_, map) => {
        const seen = new Set<string>();
        for (const { key } of map.items) {
          const written = isScalar(key) ? String(key.value) : '';
          if (!isScalar(key)) problems.push(at(offsetOf(key), '', 'a key must be a plain word'));
          else if (seen.has(written))
            problems.push(at(offsetOf(key), written, 'the key is given twice: keep one'));
          seen.add(written);
        }
      },
      Scalar: (_, scalar) => {
        if (
          typeof scalar.value === 'string' &&
          (!scalar.value.isWellFormed() || scalar.value.includes('\0'))
        ) {
          problems.push(
            at(scalar.range?.[0] ?? 0, '', 'holds a NUL character or half of a surrogate pair: remove it'),
          );
        }
      },
    });
    if (problems.length > 0) return { file: unreadable('').file, problems };
    const known = new WeakMap<YAMLMap, Pairs>();
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    return {
      file: {
        name,
        value,
        problemAt: (path, message) => at(locate(document, path, known), path.join('.'), message),
      },
      problems,
    };
  } catch (error) {
    // Only nesting beyond the stack gets here.
    return unreadable(
      `cannot be read: ${error instanceof RangeError ? 'it is nested too deeply' : String(error)}`,
    );
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

type Pairs = ReadonlyMap<string, Pair>;

/** The pairs of a map by key, kept from question to question: a large map can have a fault in every field. */
function pairsOf(map: YAMLMap, known: WeakMap<YAMLMap, Pairs>): Pairs {
  const found =
    known.get(map) ??
    new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
  known.set(map, found);
  return found;
}

/** Where the value at `path` begins; of a missing one, where the nearest thing around it begins. */
function locate(document: Document, path: Path, known: WeakMap<YAMLMap, Pairs>): number {
  let node: unknown = document.contents;
  let offset = offsetOf(node);
  for (const key of path) {
    if (isMap(node)) {
      const pair = pairsOf(node, known).get(String(key));
      if (!pair) return offset;
      offset = offsetOf(pair.key);
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
    } else return offset;
    if (node === null || node === undefined) return offset;
    offset = offsetOf(node) || offset;
  }
  return offset;
}
