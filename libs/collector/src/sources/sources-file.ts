import { readFile } from 'node:fs/promises';
import { isMap, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { type FieldError, SourceDraft, VigilError } from '@vigil/contracts';

/** A file of a hundred thousand sources is a mistake. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_FAULTS = 20;

/**
 * Reads sources from YAML: a list, `sources:` with a list, or one source. Every fault is reported with file, line and
 * field; one fault refuses the file, so that nothing is half read. Throws `bad-input`.
 */
export async function loadSourcesFile(path: string): Promise<SourceDraft[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new VigilError('bad-input', `${path}: the sources file cannot be read`, { cause });
  }
  return parseSources(text, path);
}

/** The same for a text; `name` stands in the errors. */
export function parseSources(text: string, name: string): SourceDraft[] {
  if (text.length > MAX_FILE_BYTES)
    throw refusal(name, [{ path: name, message: `larger than ${MAX_FILE_BYTES} bytes` }]);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'error',
  });
  if (document.errors.length > 0) {
    throw refusal(
      name,
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { path: `${name}:${line}:${col}`, message: `not YAML: ${error.message}` };
      }),
    );
  }
  const { items, path } = listOf(document, name);
  const faults: FieldError[] = [];
  const drafts: SourceDraft[] = [];
  const firstLine = new Map<string, number>();
  items.forEach((item, index) => {
    const at = [...path, ...(path === SINGLE ? [] : [index])];
    const result = SourceDraft.safeParse(item);
    const line = lineOf(document, lines, at);
    if (!result.success) {
      for (const issue of result.error.issues) {
        const field = issue.path.map(String);
        const where = `${name}:${lineOf(document, lines, [...at, ...issue.path])}`;
        faults.push({
          path: where,
          message: `${[...at.map(String), ...field].join('.') || 'source'}: ${issue.message}`,
        });
      }
      return;
    }
    const before = firstLine.get(result.data.id);
    if (before !== undefined)
      faults.push({
        path: `${name}:${line}`,
        message: `id: ${result.data.id} stands already in line ${before}`,
      });
    firstLine.set(result.data.id, line);
    drafts.push(result.data);
  });
  if (faults.length > 0) throw refusal(name, faults);
  return drafts;
}

const SINGLE: readonly (string | number)[] = [];

function listOf(
  document: Document.Parsed,
  name: string,
): { items: readonly unknown[]; path: readonly (string | number)[] } {
  let value: unknown;
  try {
    // Bounds aliases: a YAML file can be a bomb as well.
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new VigilError('bad-input', `${name}: too many aliases`, { cause });
  }
  if (isSeq(document.contents)) return { items: asList(value), path: [] as (string | number)[] };
  if (isMap(document.contents) && document.contents.has('sources')) {
    const inner: unknown =
      typeof value === 'object' && value !== null && 'sources' in value ? value.sources : null;
    if (Array.isArray(inner)) return { items: inner, path: ['sources'] };
    throw refusal(name, [{ path: name, message: 'sources: a list is expected' }]);
  }
  if (isMap(document.contents)) return { items: [value], path: SINGLE };
  throw refusal(name, [{ path: name, message: 'a list of sources is expected' }]);
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The line of the node at a path, or of the nearest one above it (a missing field has no line of its own). */
function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      return lines.linePos(Number(node.range[0])).line;
    }
  }
  return 1;
}

function refusal(name: string, faults: readonly FieldError[]): VigilError {
  const shown = faults.slice(0, MAX_FAULTS).map((fault) => `${fault.path}: ${fault.message}`);
  const more = faults.length > MAX_FAULTS ? `\n(and ${faults.length - MAX_FAULTS} more)` : '';
  return new VigilError(
    'bad-input',
    `${name} was refused, and no source was read from it:\n${shown.join('\n')}${more}`,
    { fields: faults },
  );
}
