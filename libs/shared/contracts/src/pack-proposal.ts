import { z } from 'zod';
import { Instant } from './ids.js';

/** A pack that waits for a second person, or what became of it. */
export const PackProposal = z.object({
  id: z.uuid(),
  name: z.string(),
  state: z.enum(['pending', 'approved', 'rejected', 'withdrawn']),
  /** The version in force when it was proposed, which it is meant to follow; null: none. */
  baseVersion: z.number().int().nullable(),
  /** Another version came into force since: it cannot be approved any more, only proposed again. */
  stale: z.boolean(),
  sha256: z.string(),
  note: z.string().nullable(),
  proposedBy: z.string(),
  proposedAt: Instant,
  decidedBy: z.string().nullable(),
  decidedAt: Instant.nullable(),
  /** Why it was rejected, or what its approver said. */
  reason: z.string().nullable(),
  /** The version it became. */
  version: z.number().int().nullable(),
});
export type PackProposal = z.infer<typeof PackProposal>;
