import { sloganOf } from '@vigil/contracts';
import { textArray, type Transaction } from '@vigil/database';
import { oneLine } from '../one-line.js';
import type { BatchPlan, PlannedHit } from './plan-batch.js';
import { plainKey } from './post-key.js';

/** One table's part of a plan: its SQL with $1, $2 … of its own, and their values. */
interface Part {
  readonly name: string;
  readonly sql: string;
  values(plan: BatchPlan, at: Writing): unknown[];
}

interface Writing {
  /** The bus partition: the one writer of its count rows. */
  readonly part: number;
  /** The day of arrival (YYYY-MM-DD), whose partition of `seen_post` must exist. */
  readonly day: string;
  readonly nowMs: number;
}

// Keys, numbers and times hold nothing that an array literal would quote; names do.
const literal = (values: readonly (string | number | boolean)[]) => `{${values.join(',')}}`;
const seconds = (ms: number) => ms / 1000;

// No ON CONFLICT: where another partition has counted one of them since we looked (an id that two channels claim), the
// violation undoes the batch, and its next try finds the post seen.
const SEEN: Part = {
  name: 'seen',
  sql: `INSERT INTO seen_post (key, day) SELECT k, $2::date FROM unnest($1::uuid[]) k`,
  values: ({ newPosts }, { day }) => [literal(newPosts), day],
};

const COUNTS: Part = {
  name: 'counts',
  sql: `
    INSERT INTO count_bucket AS c (bucket, slogan, source, region, basis, demo, backfill, part, posts, hits)
    SELECT to_timestamp(b), s, src, r, bas, d, f, $10::int, p, h
    FROM unnest($1::float8[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::bool[], $8::bigint[], $9::bigint[])
      AS t (b, s, src, r, bas, d, f, p, h)
    ON CONFLICT (slogan, bucket, source, region, basis, demo, backfill, part)
    DO UPDATE SET posts = c.posts + excluded.posts, hits = c.hits + excluded.hits`,
  values: ({ counts }, { part }) => [
    literal(counts.map((c) => seconds(c.bucket))),
    textArray(counts.map((c) => c.slogan)),
    textArray(counts.map((c) => c.source)),
    textArray(counts.map((c) => c.region)),
    literal(counts.map((c) => c.basis)),
    literal(counts.map((c) => c.demo)),
    literal(counts.map((c) => c.backfill)),
    literal(counts.map((c) => c.posts)),
    literal(counts.map((c) => c.hits)),
    part,
  ],
};

const SLOGANS: Part = {
  name: 'slogans',
  sql: `
    INSERT INTO slogan_count AS c (slogan, demo, bucket, part, hits, live)
    SELECT s, d, to_timestamp(b), $6::int, h, l
    FROM unnest($1::text[], $2::bool[], $3::float8[], $4::bigint[], $5::bigint[]) AS t (s, d, b, h, l)
    ON CONFLICT (slogan, demo, bucket, part) DO UPDATE SET hits = c.hits + excluded.hits, live = c.live + excluded.live`,
  values: ({ slogans }, { part }) => [
    textArray(slogans.map((s) => s.slogan)),
    literal(slogans.map((s) => s.demo)),
    literal(slogans.map((s) => seconds(s.bucket))),
    literal(slogans.map((s) => s.hits)),
    literal(slogans.map((s) => s.live)),
    part,
  ],
};

const DUE: Part = {
  name: 'due',
  sql: `
    INSERT INTO spike_due (slogan, demo, earliest, latest)
    SELECT s, d, to_timestamp(e), to_timestamp(l) FROM unnest($1::text[], $2::bool[], $3::float8[], $4::float8[]) AS t (s, d, e, l)`,
  values: ({ due }) => [
    textArray(due.map((d) => d.slogan)),
    literal(due.map((d) => d.demo)),
    literal(due.map((d) => seconds(d.earliest))),
    literal(due.map((d) => seconds(d.latest))),
  ],
};

const RULES: Part = {
  name: 'rules',
  sql: `
    INSERT INTO hit_rule (rule, demo, at, key, source, author, language, region, title, severity, indicator, stance, backfill)
    SELECT r, d, to_timestamp(a), k, src, au, lang, reg, ti, sev, ind, st, bf
    FROM unnest($1::text[], $2::bool[], $3::float8[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[],
                $10::text[], $11::text[], $12::text[], $13::bool[])
      AS t (r, d, a, k, src, au, lang, reg, ti, sev, ind, st, bf)
    ON CONFLICT DO NOTHING`,
  values: ({ rules }) => [
    textArray(rules.map((r) => sloganOf(r.match).id)),
    literal(rules.map((r) => r.demo)),
    literal(rules.map((r) => seconds(r.at))),
    literal(rules.map((r) => r.key)),
    textArray(rules.map((r) => r.source)),
    literal(rules.map((r) => r.author)),
    textArray(rules.map((r) => r.language)),
    textArray(rules.map((r) => r.region)),
    textArray(rules.map((r) => oneLine(sloganOf(r.match).title))),
    literal(rules.map((r) => r.match.severity)),
    literal(rules.map((r) => r.match.indicator)),
    literal(rules.map((r) => r.stance)),
    literal(rules.map((r) => r.backfill)),
  ],
};

/** Hits whose text is at hand. */
const NEW_HITS: Part = {
  name: 'new_hits',
  sql: `
    INSERT INTO hit (key, revision, ruleset, state, source, demo, event_time, first_seen_at, doc)
    SELECT k, rev, rs, st, src, d, to_timestamp(e), to_timestamp(f), doc::json
    FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::bool[], $7::float8[], $8::float8[], $9::text[])
      AS t (k, rev, rs, st, src, d, e, f, doc)
    ON CONFLICT (key) DO UPDATE
      SET revision = excluded.revision, ruleset = excluded.ruleset, state = excluded.state, doc = excluded.doc
      WHERE (excluded.revision, excluded.ruleset) >= (hit.revision, hit.ruleset)`,
  values: (plan) => {
    const hits = plan.hits.filter((hit) => hit.doc !== null);
    return [
      ...versions(hits),
      textArray(hits.map((h) => h.source)),
      literal(hits.map((h) => h.demo)),
      literal(hits.map((h) => seconds(h.eventTime))),
      literal(hits.map((h) => seconds(h.firstSeenAt))),
      textArray(hits.map((h) => JSON.stringify(h.doc))),
    ];
  },
};

/** Hits of which only the state changes: other rows than those of NEW_HITS. */
const CHANGED_HITS: Part = {
  name: 'changed_hits',
  sql: `
    UPDATE hit SET revision = rev, ruleset = rs, state = st
    FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::text[]) AS t (k, rev, rs, st) WHERE hit.key = k`,
  values: (plan) => versions(plan.hits.filter((hit) => hit.doc === null)),
};

const OUTBOX: Part = {
  name: 'outbox',
  sql: `INSERT INTO hit_outbox (key, since) SELECT k, to_timestamp($2::float8) FROM unnest($1::uuid[]) k RETURNING seq, key`,
  values: ({ hits }, { nowMs }) => [literal(hits.map((h) => h.key)), seconds(nowMs)],
};

function versions(hits: readonly PlannedHit[]): unknown[] {
  return [
    literal(hits.map((h) => h.key)),
    literal(hits.map((h) => h.revision)),
    literal(hits.map((h) => h.ruleset)),
    literal(hits.map((h) => h.state)),
  ];
}

/** Most batches have no hits, and then write these two tables only. */
const WITHOUT_HITS = [SEEN, COUNTS];
const WITH_HITS = [SEEN, COUNTS, SLOGANS, DUE, RULES, NEW_HITS, CHANGED_HITS, OUTBOX];

/**
 * One statement of several parts, each numbering its parameters behind those of the part before: one round trip instead
 * of eight, each of which waited for a turn of the event loop. The parts touch different rows, so their order is no matter.
 */
function together(parts: readonly Part[], result: string): string {
  let before = 0;
  const clauses = parts.map(({ name, sql }) => {
    const numbers = [...sql.matchAll(/\$(\d+)/g)].map((found) => Number(found[1]));
    const offset = before;
    before += Math.max(...numbers);
    return `${name} AS (${sql.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + offset}`)})`;
  });
  return `WITH ${clauses.join(',\n')}\n${result}`;
}

const WRITE_WITHOUT_HITS = together(WITHOUT_HITS, 'SELECT 1');
const WRITE_WITH_HITS = together(WITH_HITS, 'SELECT seq, key FROM outbox');

/** Writes a plan. Returns the outbox's seq of each hit, in the order of `plan.hits`. */
export async function writePlan(tx: Transaction, plan: BatchPlan, at: Writing): Promise<string[]> {
  const touchesHits = plan.hits.length + plan.slogans.length + plan.due.length + plan.rules.length > 0;
  const [text, parts] = touchesHits ? [WRITE_WITH_HITS, WITH_HITS] : [WRITE_WITHOUT_HITS, WITHOUT_HITS];
  const rows = await tx.query<{ seq: string; key: string }>(
    text,
    parts.flatMap((part) => part.values(plan, at)),
  );
  const byKey = new Map(touchesHits ? rows.map((row) => [plainKey(row.key), row.seq]) : []);
  return plan.hits.map((hit) => byKey.get(hit.key) ?? '0');
}
