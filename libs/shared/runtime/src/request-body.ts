import { Readable } from 'node:stream';
import { VigilError } from '@vigil/contracts';

/** The one route that reads its body as a stream of lines. */
const STREAMING_ROUTE = '/api/import';

/**
 * Refuses, as `bad-input`, what no route could take: a stream of lines where one document is expected, and texts that
 * PostgreSQL cannot store (NUL) or UTF-8 cannot carry (half of a surrogate pair), which would come back changed.
 */
export function checkBody(route: string | undefined, body: unknown): void {
  if (body instanceof Readable) {
    if (route === STREAMING_ROUTE) return;
    throw new VigilError(
      'bad-input',
      'The content type application/json is needed here; lines of JSON go to /api/import.',
    );
  }
  const path = pathOfUnstorable(body);
  if (path === null) return;
  const message = 'text without NUL characters and without halves of surrogate pairs';
  throw new VigilError('bad-input', `request body: ${path === '' ? '' : `${path}: `}${message}`, {
    fields: [{ path, message }],
  });
}

/** Where the first such text stands, in dots; null where there is none. Walks without recursion: JSON may be deep. */
function pathOfUnstorable(root: unknown): string | null {
  const rest: { value: unknown; path: readonly string[] }[] = [{ value: root, path: [] }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { value, path } = next;
    if (typeof value === 'string') {
      if (!isStorable(value)) return path.join('.');
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) {
        if (!isStorable(name)) return path.join('.');
        if (typeof part === 'string' || typeof part === 'object')
          rest.push({ value: part, path: [...path, name] });
      }
    }
  }
  return null;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
