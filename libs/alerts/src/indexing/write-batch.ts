import type { Transaction } from '@vigil/database';
import { VigilError } from '@vigil/contracts';
import { oneLine } from '../one-line.js';
import { plainKey } from './post-key.js';
import {
  type BatchPlan,
  type CountedRule,
  type Known,
  type KnownHit,
  type PlannedHit,
} from './plan-batch.js';
import type { CountDelta, DueSlogan, SloganDelta } from './tally.js';

// Every text here is constant, so that Database names it and PostgreSQL keeps its plan: with thousands of keys in an array,
// planning anew costs more than looking them up. Keys, numbers and times hold nothing that an array literal would quote.
const literal = (values: readonly (string | number | boolean)[]) => `{${values.join(',')}}`;
const seconds = (ms: number) => ms / 1000;

const KNOWN = `
  SELECT s.key, 0 AS kind, 0 AS revision, 0::bigint AS ruleset, '' AS state, 0::float8 AS event_ms, 0::float8 AS first_ms
    FROM seen_post s WHERE s.key = ANY($1::uuid[])
  UNION ALL
  SELECT h.key, 1, h.revision, h.ruleset, h.state, extract(epoch FROM h.event_time)::float8 * 1000,
         extract(epoch FROM h.first_seen_at)::float8 * 1000
    FROM hit h WHERE h.key = ANY($1::uuid[])
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
  const rows = await tx.query<KnownRow>(KNOWN, [literal(keys)]);
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

/**
 * Writes a plan. `part` is the bus partition (the one writer of its count rows), `day` the day of arrival (YYYY-MM-DD),
 * whose partition of `seen_post` must exist. Returns the outbox's seq of each hit, in the order of `plan.hits`.
 */
export async function writePlan(
  tx: Transaction,
  plan: BatchPlan,
  part: number,
  day: string,
  nowMs: number,
): Promise<string[]> {
  if (plan.newPosts.length > 0) await insertSeen(tx, plan.newPosts, day);
  if (plan.counts.length > 0) await addCounts(tx, plan.counts, part);
  if (plan.slogans.length > 0) await addSlogans(tx, plan.slogans, part);
  if (plan.due.length > 0) await insertDue(tx, plan.due);
  if (plan.rules.length > 0) await insertRules(tx, plan.rules);
  if (plan.hits.length === 0) return [];
  await upsertHits(
    tx,
    plan.hits.filter((hit) => hit.doc !== null),
  );
  await updateHits(
    tx,
    plan.hits.filter((hit) => hit.doc === null),
  );
  return insertOutbox(tx, plan.hits, nowMs);
}

async function insertSeen(tx: Transaction, keys: readonly string[], day: string): Promise<void> {
  await tx.query(
    'INSERT INTO seen_post (key, day) SELECT k, $2::date FROM unnest($1::uuid[]) k ON CONFLICT DO NOTHING',
    [literal(keys), day],
  );
}

async function addCounts(tx: Transaction, counts: readonly CountDelta[], part: number): Promise<void> {
  await tx.query(
    `
      INSERT INTO count_bucket AS c (bucket, slogan, source, region, basis, demo, backfill, part, posts, hits)
      SELECT to_timestamp(b), s, src, r, bas, d, f, $10::int, p, h
      FROM unnest($1::float8[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::bool[], $8::bigint[], $9::bigint[])
        AS t (b, s, src, r, bas, d, f, p, h)
      ON CONFLICT (slogan, bucket, source, region, basis, demo, backfill, part)
      DO UPDATE SET posts = c.posts + excluded.posts, hits = c.hits + excluded.hits`,
    [
      literal(counts.map((c) => seconds(c.bucket))),
      counts.map((c) => c.slogan),
      counts.map((c) => c.source),
      counts.map((c) => c.region),
      literal(counts.map((c) => c.basis)),
      literal(counts.map((c) => c.demo)),
      literal(counts.map((c) => c.backfill)),
      literal(counts.map((c) => c.posts)),
      literal(counts.map((c) => c.hits)),
      part,
    ],
  );
}

async function addSlogans(tx: Transaction, slogans: readonly SloganDelta[], part: number): Promise<void> {
  await tx.query(
    `
      INSERT INTO slogan_count AS c (slogan, demo, bucket, part, hits, live)
      SELECT s, d, to_timestamp(b), $6::int, h, l
      FROM unnest($1::text[], $2::bool[], $3::float8[], $4::bigint[], $5::bigint[]) AS t (s, d, b, h, l)
      ON CONFLICT (slogan, demo, bucket, part) DO UPDATE SET hits = c.hits + excluded.hits, live = c.live + excluded.live`,
    [
      slogans.map((s) => s.slogan),
      literal(slogans.map((s) => s.demo)),
      literal(slogans.map((s) => seconds(s.bucket))),
      literal(slogans.map((s) => s.hits)),
      literal(slogans.map((s) => s.live)),
      part,
    ],
  );
}

async function insertDue(tx: Transaction, due: readonly DueSlogan[]): Promise<void> {
  await tx.query(
    `
      INSERT INTO spike_due (slogan, demo, earliest, latest)
      SELECT s, d, to_timestamp(e), to_timestamp(l) FROM unnest($1::text[], $2::bool[], $3::float8[], $4::float8[]) AS t (s, d, e, l)`,
    [
      due.map((d) => d.slogan),
      literal(due.map((d) => d.demo)),
      literal(due.map((d) => seconds(d.earliest))),
      literal(due.map((d) => seconds(d.latest))),
    ],
  );
}

async function insertRules(tx: Transaction, rules: readonly CountedRule[]): Promise<void> {
  await tx.query(
    `
      INSERT INTO hit_rule (rule, demo, at, key, source, author, language, region, title, severity, indicator, stance, backfill)
      SELECT r, d, to_timestamp(a), k, src, au, lang, reg, ti, sev, ind, st, bf
      FROM unnest($1::text[], $2::bool[], $3::float8[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[],
                  $10::text[], $11::text[], $12::text[], $13::bool[])
        AS t (r, d, a, k, src, au, lang, reg, ti, sev, ind, st, bf)
      ON CONFLICT DO NOTHING`,
    [
      rules.map((r) => r.match.rule),
      literal(rules.map((r) => r.demo)),
      literal(rules.map((r) => seconds(r.at))),
      literal(rules.map((r) => r.key)),
      rules.map((r) => r.source),
      literal(rules.map((r) => r.author)),
      rules.map((r) => r.language),
      rules.map((r) => r.region),
      rules.map((r) => oneLine(r.match.title)),
      literal(rules.map((r) => r.match.severity)),
      literal(rules.map((r) => r.match.indicator)),
      literal(rules.map((r) => r.stance)),
      literal(rules.map((r) => r.backfill)),
    ],
  );
}

/** JSON has no raw control character, so documents travel joined by newlines: no quoting, one parameter. */
async function upsertHits(tx: Transaction, hits: readonly PlannedHit[]): Promise<void> {
  if (hits.length === 0) return;
  await tx.query(
    `
      INSERT INTO hit (key, revision, ruleset, state, source, demo, event_time, first_seen_at, doc)
      SELECT k, rev, rs, st, src, d, to_timestamp(e), to_timestamp(f), doc::json
      FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::bool[], $7::float8[], $8::float8[],
                  string_to_array($9, E'\\n')) AS t (k, rev, rs, st, src, d, e, f, doc)
      ON CONFLICT (key) DO UPDATE
        SET revision = excluded.revision, ruleset = excluded.ruleset, state = excluded.state, doc = excluded.doc`,
    [...columnsOf(hits), hits.map((h) => JSON.stringify(h.doc)).join('\n')],
  );
}

function columnsOf(hits: readonly PlannedHit[]): unknown[] {
  return [
    literal(hits.map((h) => h.key)),
    literal(hits.map((h) => h.revision)),
    literal(hits.map((h) => h.ruleset)),
    literal(hits.map((h) => h.state)),
    hits.map((h) => h.source),
    literal(hits.map((h) => h.demo)),
    literal(hits.map((h) => seconds(h.eventTime))),
    literal(hits.map((h) => seconds(h.firstSeenAt))),
  ];
}

async function updateHits(tx: Transaction, hits: readonly PlannedHit[]): Promise<void> {
  if (hits.length === 0) return;
  await tx.query(
    `
      UPDATE hit SET revision = rev, ruleset = rs, state = st
      FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::text[]) AS t (k, rev, rs, st) WHERE hit.key = k`,
    [
      literal(hits.map((h) => h.key)),
      literal(hits.map((h) => h.revision)),
      literal(hits.map((h) => h.ruleset)),
      literal(hits.map((h) => h.state)),
    ],
  );
}

async function insertOutbox(tx: Transaction, hits: readonly PlannedHit[], nowMs: number): Promise<string[]> {
  const rows = await tx.query<{ seq: string; key: string }>(
    `INSERT INTO hit_outbox (key, since) SELECT k, to_timestamp($2::float8) FROM unnest($1::uuid[]) k RETURNING seq, key`,
    [literal(hits.map((h) => h.key)), seconds(nowMs)],
  );
  const byKey = new Map(rows.map((row) => [plainKey(row.key), row.seq]));
  return hits.map((hit) => byKey.get(hit.key) ?? '0');
}
