import { z } from 'zod';
import { Instant } from './ids.js';
import { Indicator, Severity, Stance } from './verdict.js';

export const Outcome = z.enum([
  'escalate',
  'report',
  'watch',
  'news-or-research',
  'counter-speech',
  'false-positive',
]);
export type Outcome = z.infer<typeof Outcome>;

export const Decision = z.object({
  id: z.string(),
  alertId: z.string(),
  outcome: Outcome,
  note: z.string().max(4_000),
  by: z.string(),
  at: Instant,
  /** Until then the decision can be undone and nothing leaves the house because of it. */
  undoUntil: Instant,
  undoneAt: Instant.nullable(),
});
export type Decision = z.infer<typeof Decision>;

const Part = z.object({ key: z.string(), label: z.string(), hits: z.number().int() });

/** An episode: a rise of one slogan over what is usual for it. */
export const Alert = z.object({
  id: z.string(),
  key: z.object({ kind: z.enum(['slogan', 'region']), value: z.string(), label: z.string() }),
  /** A sentence for people: "“Remaining and expanding” in 4 languages, 12 times the usual, 6 sources". */
  headline: z.string(),
  state: z.enum(['open', 'claimed', 'decided', 'closed']),
  severity: Severity,
  indicator: Indicator,
  stance: Stance,
  observed: z.number().int(),
  expected: z.number(),
  /** Chance of so many hits or more if nothing had changed. */
  probability: z.number(),
  windowMinutes: z.number().int(),
  openedAt: Instant,
  startedAt: Instant,
  peakAt: Instant,
  lastHitAt: Instant,
  closedAt: Instant.nullable(),
  foundLate: z.boolean(),
  hits: z.number().int(),
  sources: z.array(Part),
  languages: z.array(Part),
  regions: z.array(Part),
  claimedBy: z.string().nullable(),
  claimedUntil: Instant.nullable(),
  decision: Decision.nullable(),
  /** When a reviewer should have looked, by severity. */
  dueAt: Instant,
  demo: z.boolean(),
  /** Hits an hour over the last 24 h, oldest first: the sparkline. */
  spark: z.array(z.number().int()),
  /** Grows with every change; a write names the version it has read, and is refused when that is old. */
  version: z.number().int(),
});
export type Alert = z.infer<typeof Alert>;

export const AlertPage = z.object({
  alerts: z.array(Alert),
  next: z.string().nullable(),
  total: z.number().int(),
});
export type AlertPage = z.infer<typeof AlertPage>;

export const AlertQuery = z.strictObject({
  states: z
    .preprocess(
      (v) => (typeof v === 'string' ? v.split(',').filter(Boolean) : v),
      z.array(z.enum(['open', 'claimed', 'decided', 'closed'])),
    )
    .optional(),
  order: z.enum(['severity', 'newest', 'due']).default('severity'),
  size: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
export type AlertQuery = z.infer<typeof AlertQuery>;

/** The alert's curve: what was counted, and the band of what is usual. */
export const AlertCurve = z.object({
  everySeconds: z.number(),
  firedAt: Instant,
  points: z.array(
    z.object({
      at: Instant,
      hits: z.number().int(),
      expected: z.number(),
      low: z.number(),
      high: z.number(),
      bySource: z.record(z.string(), z.number().int()),
    }),
  ),
});
export type AlertCurve = z.infer<typeof AlertCurve>;

export const DecideRequest = z.strictObject({
  outcome: Outcome,
  note: z.string().max(4_000).default(''),
  version: z.number().int(),
});
export const ClaimRequest = z.strictObject({ version: z.number().int() });

export const AuditEntry = z.object({
  seq: z.number().int(),
  at: Instant,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
