import { type Source, SourceDraft } from '@vigil/contracts';

/** What the form's fields hold: text as typed, until it is parsed. */
export interface SourceFields {
  readonly id: string;
  readonly name: string;
  readonly kind: 'rss' | 'import';
  readonly url: string;
  readonly fromKind: 'url' | 'file' | 'post';
  readonly file: string;
  readonly mode: 'once' | 'follow' | 'replay';
  readonly backfill: boolean;
  readonly region: string;
  readonly languages: readonly string[];
  readonly context: SourceDraft['labels']['context'];
  readonly reason: string;
  readonly approvedBy: string;
  /** A day, as `<input type="date">` gives it: it counts to its end, UTC. */
  readonly until: string;
  readonly everyMinutes: number | string;
}

export const EMPTY: SourceFields = {
  id: '',
  name: '',
  kind: 'rss',
  url: '',
  fromKind: 'post',
  file: '',
  mode: 'once',
  backfill: false,
  region: 'global',
  languages: [],
  context: 'unknown',
  reason: '',
  approvedBy: '',
  until: '',
  everyMinutes: 5,
};

/** The fields of a source that exists. */
export function fieldsOf(source: Source): SourceFields {
  const { locator } = source;
  const from = locator.kind === 'import' ? locator.from : undefined;
  return {
    id: source.id,
    name: source.name,
    kind: locator.kind,
    url: locator.kind === 'rss' ? locator.url : typeof from === 'string' ? from : '',
    fromKind: from === undefined ? 'post' : typeof from === 'string' ? 'url' : 'file',
    file: typeof from === 'object' ? from.file : '',
    mode: locator.kind === 'import' ? locator.mode : 'once',
    backfill: locator.kind === 'import' && locator.backfill,
    region: source.labels.region,
    languages: source.labels.languages,
    context: source.labels.context,
    reason: source.justification.reason,
    approvedBy: source.justification.approvedBy,
    until: source.justification.until.slice(0, 10),
    everyMinutes: source.schedule.everySeconds / 60,
  };
}

/** A name as an id: `Field notes (FR)` → `field-notes-fr`; empty where no Latin letter or digit is in it. */
export function idFrom(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
}

function locatorOf(fields: SourceFields, before: Source | undefined) {
  if (fields.kind === 'rss') return { kind: 'rss', url: fields.url.trim() };
  const from = { url: fields.url.trim(), file: { file: fields.file.trim() }, post: undefined }[
    fields.fromKind
  ];
  // The speed of a replay has no field of its own: what was set stays.
  const speed = before?.locator.kind === 'import' ? before.locator.speed : 1;
  return {
    kind: 'import',
    ...(from !== undefined && { from }),
    mode: fields.mode,
    speed,
    backfill: fields.backfill,
  };
}

export type Checked =
  | { readonly draft: SourceDraft; readonly errors: null }
  | { readonly draft: null; readonly errors: ReadonlyMap<string, string> };

/** Parses the fields with the contract's schema. Errors stand under the schema's own path, as the server's do. */
export function checkFields(fields: SourceFields, before?: Source): Checked {
  const parsed = SourceDraft.safeParse({
    id: fields.id.trim(),
    name: fields.name,
    locator: locatorOf(fields, before),
    labels: {
      region: fields.region.trim() === '' ? 'global' : fields.region.trim(),
      languages: [...fields.languages],
      context: fields.context,
      ...(before?.labels.actor && { actor: before.labels.actor }),
    },
    justification: {
      reason: fields.reason,
      approvedBy: fields.approvedBy,
      until: /^\d{4}-\d{2}-\d{2}$/.test(fields.until) ? `${fields.until}T23:59:59Z` : fields.until,
    },
    schedule: { everySeconds: Math.round(Number(fields.everyMinutes) * 60) },
    paused: before?.paused ?? false,
  });
  if (parsed.success) return { draft: parsed.data, errors: null };
  const errors = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const path = issue.path.map(String).join('.');
    if (!errors.has(path)) errors.set(path, sentence(path, issue.message));
  }
  return { draft: null, errors };
}

/** Words for what Zod says only to programmers. */
function sentence(path: string, message: string): string {
  if (path === 'justification.until') return 'Say until when: a source without an end is not watched.';
  if (path === 'justification.approvedBy') return 'Say who approved it.';
  if (path === 'name') return 'Give it a name.';
  if (path === 'locator.url') return 'An address that begins with http:// or https://.';
  if (path === 'locator.from') return 'An address that begins with http:// or https://, or a file’s name.';
  return message.charAt(0).toUpperCase() + message.slice(1);
}
