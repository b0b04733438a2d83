import { z } from 'zod';
import { Flag, Instant, WebAddress } from './ids.js';
import { RuleState } from './rule-life.js';
import { Indicator, Severity } from './verdict.js';

/** Every error over HTTP has this shape; `fields` points into the request where it is at fault. */
export const ApiError = z.object({
  code: z.string(),
  /** What happened, what it means, what to do. */
  message: z.string(),
  retriable: z.boolean(),
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  requestId: z.string().optional(),
});
export type ApiError = z.infer<typeof ApiError>;

export const SignIn = z.strictObject({ token: z.string().min(1).max(200) });
export const Session = z.object({
  user: z.object({ id: z.string(), name: z.string() }),
  permissions: z.array(z.string()),
  /** Sent back in the x-csrf-token header with every request that changes something. */
  csrfToken: z.string(),
  expiresAt: Instant,
});
export type Session = z.infer<typeof Session>;

export const VolumeQuery = z.strictObject({
  from: Instant.optional(),
  to: Instant.optional(),
  everySeconds: z.coerce.number().int().min(300).max(86_400).default(3_600),
  by: z.enum(['source', 'region', 'slogan', 'none']).default('none'),
  demo: Flag.optional(),
});
export type VolumeQuery = z.infer<typeof VolumeQuery>;

export const Volumes = z.object({
  everySeconds: z.number(),
  /** The instants of the bars; every series has one number for each. */
  at: z.array(Instant),
  series: z.array(
    z.object({ key: z.string(), label: z.string(), posts: z.array(z.number()), hits: z.array(z.number()) }),
  ),
  alerts: z.array(z.object({ id: z.string(), at: Instant, headline: z.string() })),
});
export type Volumes = z.infer<typeof Volumes>;

/** What the Server-Sent Events stream at /api/events says: the page re-reads what changed. */
export const LiveEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('alert'), id: z.string(), version: z.number().int() }),
  z.object({ type: z.literal('source'), id: z.string() }),
  z.object({ type: z.literal('ruleset'), ruleset: z.number().int() }),
  z.object({ type: z.literal('proposal'), id: z.string() }),
  z.object({ type: z.literal('hits'), count: z.number().int() }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;

export const DemoState = z.object({
  present: z.boolean(),
  sources: z.number().int(),
  posts: z.number().int(),
  hits: z.number().int(),
  alerts: z.number().int(),
});
export type DemoState = z.infer<typeof DemoState>;

export const SystemState = z.object({
  version: z.string(),
  startedAt: Instant,
  checks: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ok', 'degraded', 'down']),
      /** What it means for what is on the screen. */
      message: z.string(),
      since: Instant,
    }),
  ),
  lag: z.array(
    z.object({ topic: z.string(), group: z.string(), partition: z.number().int(), behind: z.number().int() }),
  ),
  deadLetters: z.array(z.object({ topic: z.string(), group: z.string(), count: z.number().int() })),
});
export type SystemState = z.infer<typeof SystemState>;

/** A rule as the console shows it. */
export const RuleView = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.string(),
  state: RuleState,
  category: z.string(),
  severity: Severity,
  indicator: Indicator,
  reference: z.string(),
  languages: z.array(z.string()),
  phrases: z.number().int(),
});
export const PackView = z.object({
  name: z.string(),
  title: z.string(),
  version: z.number().int(),
  publishedAt: Instant,
  publishedBy: z.string(),
  /** The second person who let it be published; null where none was asked for. */
  approvedBy: z.string().nullable(),
  sha256: z.string(),
  ruleset: z.number().int(),
  rules: z.array(RuleView),
  unverifiedReferences: z.number().int(),
});
export type PackView = z.infer<typeof PackView>;

/** A published version of a pack, as its history shows it. */
export const PackVersion = PackView.pick({
  name: true,
  version: true,
  sha256: true,
  publishedAt: true,
  publishedBy: true,
  approvedBy: true,
}).extend({
  /** Whether it is the one in force. */
  active: z.boolean(),
});
export type PackVersion = z.infer<typeof PackVersion>;

/** A person or machine to tell when an alert opens. Secrets are write-only. */
export const ChannelDraft = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('mail'),
    name: z.string().min(1).max(100),
    to: z.array(z.email()).min(1).max(50),
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    name: z.string().min(1).max(100),
    url: WebAddress,
    /** Standard Webhooks secret, `whsec_…`; made and shown once where absent. */
    secret: z.string().min(20).max(200).optional(),
  }),
]);
export type ChannelDraft = z.infer<typeof ChannelDraft>;
