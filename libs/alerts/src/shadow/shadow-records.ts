import type { RuleId, ShadowCount, ShadowSample } from '@vigil/contracts';
import { type Queryable, textArray, type Transaction } from '@vigil/database';
import { SAMPLES, type ShadowPlan } from './plan-shadow.js';

const literal = (values: readonly (string | number | boolean)[]) => `{${values.join(',')}}`;

const ADD_COUNTS = `
  INSERT INTO shadow_count AS c (rule, pack_version, day, demo, part, posts)
  SELECT r, v, $5::date, d, $6::int, p FROM unnest($1::text[], $2::int[], $3::bool[], $4::bigint[]) AS t (r, v, d, p)
  ON CONFLICT (rule, pack_version, day, demo, part) DO UPDATE SET posts = c.posts + excluded.posts`;

const ADD_SAMPLES = `
  INSERT INTO shadow_sample (rule, day, part, key, demo, doc)
  SELECT r, $5::date, $6::int, k, d, doc::json FROM unnest($1::text[], $2::uuid[], $3::bool[], $4::text[]) AS t (r, k, d, doc)
  ON CONFLICT DO NOTHING`;

// Keys are hashes: the lowest of them are as good as drawn by lot, and the same ones whatever came first.
const KEEP_LOWEST = `
  DELETE FROM shadow_sample s USING (
    SELECT rule, key, row_number() OVER (PARTITION BY rule ORDER BY key) AS place
    FROM shadow_sample WHERE rule = ANY($1::text[]) AND day = $2::date AND part = $3
  ) AS ranked
  WHERE s.rule = ranked.rule AND s.key = ranked.key AND s.day = $2::date AND s.part = $3 AND ranked.place > ${SAMPLES}`;

/** Writes what a batch leaves of rules in shadow, in the batch's own transaction. `day`: of arrival, YYYY-MM-DD. */
export async function writeShadow(
  tx: Transaction,
  { counts, samples }: ShadowPlan,
  { part, day }: { readonly part: number; readonly day: string },
): Promise<void> {
  if (counts.length === 0) return;
  await tx.query(ADD_COUNTS, [
    textArray(counts.map((c) => c.rule)),
    literal(counts.map((c) => c.packVersion)),
    literal(counts.map((c) => c.demo)),
    literal(counts.map((c) => c.posts)),
    day,
    part,
  ]);
  if (samples.length === 0) return;
  await tx.query(ADD_SAMPLES, [
    textArray(samples.map((s) => s.rule)),
    literal(samples.map((s) => s.key)),
    literal(samples.map((s) => s.demo)),
    textArray(samples.map((s) => JSON.stringify(s.doc))),
    day,
    part,
  ]);
  await tx.query(KEEP_LOWEST, [textArray([...new Set(samples.map((s) => s.rule))]), day, part]);
}

/** What rules in shadow would have matched from `from` (YYYY-MM-DD) on; of one pack, or of all. */
export async function shadowCounts(db: Queryable, from: string, pack?: string): Promise<ShadowCount[]> {
  const rows = await db.query<{ rule: RuleId; version: number; day: string; posts: number }>(
    `SELECT rule, pack_version AS version, to_char(day, 'YYYY-MM-DD') AS day, sum(posts)::float8 AS posts
     FROM shadow_count WHERE day >= $1::date AND ($2::text IS NULL OR starts_with(rule, $2 || '/'))
     GROUP BY rule, pack_version, day ORDER BY rule, pack_version, day`,
    [from, pack ?? null],
  );
  return [...Map.groupBy(rows, (row) => `${row.rule} ${row.version}`).values()].flatMap((days) => {
    const [first] = days;
    if (!first) return [];
    return {
      rule: first.rule,
      packVersion: first.version,
      posts: days.reduce((sum, { posts }) => sum + posts, 0),
      days: days.map(({ day, posts }) => ({ day, posts })),
    };
  });
}

/** Posts that a rule in shadow saw: of the last days first, at most `size`. */
export async function shadowSamples(db: Queryable, rule: string, size: number): Promise<ShadowSample[]> {
  const rows = await db.query<{ doc: ShadowSample }>(
    'SELECT doc FROM shadow_sample WHERE rule = $1 ORDER BY day DESC, key LIMIT $2',
    [rule, size],
  );
  return rows.map((row) => row.doc);
}
