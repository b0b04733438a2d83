import type { Hit } from '@vigil/contracts';
import type { Queryable } from '@vigil/database';

/** Hits of one put, and of one comparison. */
const RUN = 500;

interface Row extends Record<string, unknown> {
  key: string;
  state: Hit['state'];
  event_time: Date;
  first_seen_at: Date;
  /** Written by the alerts service from parsed contracts. */
  doc: Pick<Hit, 'post' | 'verdict' | 'region'>;
}

export interface HitRun {
  readonly hits: readonly Hit[];
  /** Where to go on after this run. */
  readonly after: string;
}

/** Every hit of the system of record that an index holds, in the order of its keys, as the alerts service gives them to it. */
export async function* recordedHits(
  database: Queryable,
  after = '00000000-0000-0000-0000-000000000000',
): AsyncGenerator<HitRun> {
  for (let from = after; ;) {
    const rows = await database.query<Row>(
      `SELECT key, state, event_time, first_seen_at, doc FROM hit WHERE key > $1 AND state <> 'erased' ORDER BY key LIMIT ${RUN}`,
      [from],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    from = last.key;
    yield { hits: rows.map(hitOf), after: from };
  }
}

export async function countRecordedHits(database: Queryable): Promise<{ hits: number; bytes: number }> {
  const [row] = await database.query<{ hits: string; bytes: string }>(
    `SELECT count(*) AS hits, pg_total_relation_size('hit') AS bytes FROM hit WHERE state <> 'erased'`,
  );
  return { hits: Number(row?.hits ?? 0), bytes: Number(row?.bytes ?? 0) };
}

/** Keys of the evidence that hits need: the raw bytes they were read from, and their media. */
export async function evidenceOfHits(database: Queryable): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { hits } of recordedHits(database)) {
    for (const { post } of hits) {
      for (const key of [post.capture, ...post.media.map((one) => one.evidenceKey)]) if (key) keys.add(key);
    }
  }
  return keys;
}

function hitOf({ doc, state, event_time, first_seen_at }: Row): Hit {
  return {
    post: doc.post,
    verdict: doc.verdict,
    state,
    region: doc.region,
    eventTime: event_time.toISOString(),
    firstSeenAt: first_seen_at.toISOString(),
  };
}
