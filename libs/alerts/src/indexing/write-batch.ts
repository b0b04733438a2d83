import type { Transaction } from '@vigil/database';
import { VigilError } from '@vigil/contracts';
import { plainKey } from './post-key.js';
import type { Known, KnownHit } from './plan-batch.js';

// The texts are constant, so that Database names them and PostgreSQL keeps their plans: with thousands of keys in an array,
// planning anew costs more than looking them up.

// LATERAL with LIMIT probes the index key by key. With `key = ANY` the planner read a day of 75,000 posts from end to end
// for a batch of 600 (measured: 242 times in 22 s, two thirds of a processor).
const KNOWN = `
  SELECT s.key, 0 AS kind, 0 AS revision, 0::bigint AS ruleset, '' AS state, 0::float8 AS event_ms, 0::float8 AS first_ms
    FROM unnest($1::uuid[]) AS asked (key), LATERAL (SELECT key FROM seen_post WHERE key = asked.key LIMIT 1) s
  UNION ALL
  SELECT h.key, 1, h.revision, h.ruleset, h.state, extract(epoch FROM h.event_time)::float8 * 1000,
         extract(epoch FROM h.first_seen_at)::float8 * 1000
    FROM unnest($1::uuid[]) AS asked (key), LATERAL (SELECT * FROM hit WHERE key = asked.key LIMIT 1) h
  UNION ALL
  SELECT e.key, 2, 0, 0, '', 0, 0 FROM erased_post e WHERE e.key = ANY($1::uuid[])
  UNION ALL
  SELECT NULL, 3, 0, 0, '', 0, 0 FROM demo_removed`;

interface KnownRow extends Record<string, unknown> {
  key: string | null;
  /** 0 seen, 1 hit, 2 erased, 3 the demo was removed. */
  kind: number;
  revision: number;
  ruleset: string;
  state: KnownHit['state'];
  event_ms: number;
  first_ms: number;
}

/** What stands in the database for these keys: one round trip, an index probe per key and live partition. */
export async function readKnown(tx: Transaction, keys: readonly string[]): Promise<Known> {
  const rows = await tx.query<KnownRow>(KNOWN, [`{${keys.join(',')}}`]);
  const seen = new Set<string>();
  const hits = new Map<string, KnownHit>();
  const erased = new Set<string>();
  let demoRemoved = false;
  for (const row of rows) {
    if (row.key === null) {
      demoRemoved = true;
      continue;
    }
    const key = plainKey(row.key);
    if (row.kind === 0) seen.add(key);
    else if (row.kind === 2) erased.add(key);
    else {
      const { revision, state } = row;
      hits.set(key, {
        revision,
        ruleset: Number(row.ruleset),
        state,
        eventTime: Math.round(row.event_ms),
        firstSeenAt: Math.round(row.first_ms),
      });
    }
  }
  return { seen, hits, erased, demoRemoved };
}

const FENCE = `
  INSERT INTO alerts_offset AS o (partition, next) VALUES ($1, $2)
  ON CONFLICT (partition) DO UPDATE SET next = excluded.next WHERE o.next = $3
  RETURNING partition`;

/**
 * Moves the partition's offset from `first` to `next`; holds its row until the transaction ends, so that two consumers
 * of one partition cannot both have an effect. Throws `fenced` where another has moved it since.
 */
export async function moveOffset(
  tx: Transaction,
  partition: number,
  first: bigint,
  next: bigint,
): Promise<void> {
  const moved = await tx.query(FENCE, [partition, next.toString(), first.toString()]);
  if (moved.length === 0) {
    throw new VigilError(
      'fenced',
      `Another consumer has moved verdicts/${partition} on from ${first}: this batch is dropped.`,
    );
  }
}
