import { z } from 'zod';
import { Instant, Language, SourceId, WebAddress } from './ids.js';

/** Why a source is watched. Without it nothing is collected; past `until` the source stops by itself. */
export const Justification = z.strictObject({
  reason: z.string().trim().min(10, 'at least 10 characters: say why this source is watched').max(2_000),
  approvedBy: z.string().trim().min(1).max(200),
  until: Instant,
});
export type Justification = z.infer<typeof Justification>;

export const SourceLabels = z.strictObject({
  /** Where the channel speaks about or from, for example `sahel`, `afghanistan`; `global` where it has no region. */
  region: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,40}$/, 'lower-case letters, digits and dashes')
    .default('global'),
  languages: z.array(Language).max(20).default([]),
  /** What kind of voice it is: news, research, government and counter-speech feed the context exclusions. */
  context: z
    .enum([
      'unknown',
      'news',
      'research',
      'government',
      'counter-speech',
      'religious',
      'supporter',
      'official',
    ])
    .default('unknown'),
  /** Known actor behind it and how it belongs to the network, where that is known. */
  actor: z.strictObject({ name: z.string().max(200), affiliation: z.string().max(200) }).optional(),
});
export type SourceLabels = z.infer<typeof SourceLabels>;

const everySeconds = z
  .number()
  .int()
  .min(10, 'at least 10 seconds: politeness towards the server asked')
  .max(7 * 86_400, 'at most 7 days');

/** RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, JSON Feed, by URL. */
export const RssLocator = z.strictObject({ kind: z.literal('rss'), url: WebAddress });

/**
 * NDJSON, one post a line (see ImportLine).
 * `once` reads to the end; `follow` stays with a growing file or stream from its last offset;
 * `replay` releases lines against the clock at their original spacing, `speed` times faster.
 */
export const ImportLocator = z.strictObject({
  kind: z.literal('import'),
  /** A file (absolute, or relative to the folder an operator allowed) or an http(s) URL. Absent: lines arrive by POST. */
  from: z
    .union([WebAddress, z.strictObject({ file: z.string().min(1).max(1_000) })], {
      error: (issue) =>
        typeof issue.input === 'string' ? undefined : 'an http or https address, or { file: NAME }',
    })
    .optional(),
  mode: z.enum(['once', 'follow', 'replay']).default('once'),
  speed: z.number().positive().max(10_000).default(1),
  /** Marks every post as history: counted, never a spike now. */
  backfill: z.boolean().default(false),
});

export const Locator = z.discriminatedUnion('kind', [RssLocator, ImportLocator]);
export type Locator = z.infer<typeof Locator>;
export type SourceKind = Locator['kind'];

/** What an operator writes: in the YAML file of the first start, and over HTTP. */
export const SourceDraft = z.strictObject({
  id: SourceId,
  name: z.string().trim().min(1).max(200),
  locator: Locator,
  labels: SourceLabels.prefault({}),
  justification: Justification,
  schedule: z.strictObject({ everySeconds: everySeconds.default(300) }).prefault({}),
  paused: z.boolean().default(false),
});
export type SourceDraft = z.infer<typeof SourceDraft>;

/**
 * What of a source may be changed: only what is named changes. Written out, because Zod's `partial` would fill
 * the defaults of absent fields in and so reset them.
 */
export const SourcePatch = z
  .strictObject({
    name: SourceDraft.shape.name,
    locator: Locator,
    labels: SourceLabels,
    justification: Justification,
    schedule: z.strictObject({ everySeconds }),
    paused: z.boolean(),
  })
  .partial();
export type SourcePatch = z.infer<typeof SourcePatch>;

export const SourceHealth = z.object({
  state: z.enum(['waiting', 'collecting', 'ok', 'failing', 'paused', 'expired']),
  lastPollAt: Instant.nullable(),
  lastSuccessAt: Instant.nullable(),
  nextPollAt: Instant.nullable(),
  /** Why the last poll failed, in one sentence for a person; null when it did not. */
  lastError: z.string().nullable(),
  consecutiveFailures: z.number().int(),
  postsCollected: z.number().int(),
});
export type SourceHealth = z.infer<typeof SourceHealth>;

/** A source as stored and served. */
export const Source = SourceDraft.extend({
  createdAt: Instant,
  updatedAt: Instant,
  demo: z.boolean(),
  health: SourceHealth,
});
export type Source = z.infer<typeof Source>;
