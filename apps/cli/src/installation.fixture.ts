import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { PostgresAuditLog } from '@vigil/auth';
import { PostgresBus } from '@vigil/bus';
import { channelKey, POSTS, SystemClock, VERDICTS, type Hit } from '@vigil/contracts';
import { EmbeddedPostgres, migrate, PgDatabase, SILENT, textArray, type Database } from '@vigil/database';
import { FolderEvidenceStore } from '@vigil/evidence';
import { PostgresHitIndex } from '@vigil/hit-index';
import { aHit, aPost, aPostEvent, aVerdictEvent, recordingTelemetry } from '@vigil/testing';

export const HITS = 1_200;
export const MESSAGES = 90;
/** How far the readers of the log have come, in messages of each partition. */
export const READ = { classifier: 7, alerts: 4 };

/** What a move or a restore must bring along, and where to look for it. */
export interface Filled {
  readonly evidence: readonly string[];
  readonly erased: Hit;
  readonly hits: readonly Hit[];
}

/** Fills a data folder's database and evidence with something of every kind, as the services would. */
export async function fillDataFolder(dataDir: string): Promise<Filled> {
  const engine = await EmbeddedPostgres.start({ dataDir, durable: false });
  try {
    await migrate(engine.connectionString);
    const database = new PgDatabase({
      connectionString: engine.connectionString,
      poolSize: 6,
      statementTimeoutMs: 30_000,
      log: SILENT,
    });
    try {
      return await fill(database, new FolderEvidenceStore(join(dataDir, 'evidence')));
    } finally {
      await database.close();
    }
  } finally {
    await engine.stop();
  }
}

async function fill(db: Database, store: FolderEvidenceStore): Promise<Filled> {
  const evidence: string[] = [];
  for (let i = 0; i < 40; i += 1)
    evidence.push(await store.put(Buffer.from(`evidence number ${i}`.repeat(i))));
  await fillRecords(db);
  const hits = Array.from({ length: HITS }, (_, i) => aNumberedHit(i, evidence[i % 30] ?? ''));
  const index = new PostgresHitIndex(db);
  await recordHits(db, hits);
  await index.put(hits);
  const erased = aNumberedHit(HITS, '');
  await index.put([erased]);
  await index.erase({ ids: [erased.post.id] });
  await fillLog(db);
  return { evidence, erased, hits };
}

function aNumberedHit(i: number, capture: string): Hit {
  const words = ['river', 'mountain', 'harbour', 'حديقة', 'сад'];
  const at = new Date(Date.UTC(2026, 10, 1) + i * 60_000).toISOString();
  const post = aPost()
    .numbered(`moved-${i}`)
    .saying(`${words[i % words.length]} number ${i}\ttab \\ and\nline`)
    .with({ collectedAt: at, publishedAt: at, capture: capture || null });
  return aHit(post, { ruleset: 1 });
}

async function recordHits(db: Database, hits: readonly Hit[]): Promise<void> {
  await db.query(
    `INSERT INTO hit (key, revision, ruleset, state, source, demo, event_time, first_seen_at, doc)
     SELECT key::uuid, 0, 1, 'current', 'a-source', false, at::timestamptz, at::timestamptz, doc::json
     FROM unnest($1::text[], $2::text[], $3::text[]) AS h (key, at, doc)`,
    [
      hits.map((hit) => createHash('sha256').update(hit.post.id).digest('hex').slice(0, 32)),
      hits.map((hit) => hit.eventTime),
      textArray(hits.map(({ post, verdict, region }) => JSON.stringify({ post, verdict, region }))),
    ],
  );
}

async function fillRecords(db: Database): Promise<void> {
  await db.query(
    `INSERT INTO source (id, name, locator, labels, reason, approved_by, approved_until, every_seconds, created_at, updated_at)
     SELECT 'source-' || n, E'A source\\twith tab', '{"kind": "import"}', '{}', 'a reason', 'tests', now() + '1 year', 60, now(), now()
     FROM generate_series(1, 20) n`,
  );
  await db.query(
    `INSERT INTO source_progress (source_id, cursor, epoch, lease_owner, next_poll_at)
     SELECT id, '{"at": 7}', 3, gen_random_uuid(), now() FROM source`,
  );
  await db.query(
    `INSERT INTO pack_version (name, version, sha256, content, published_at, published_by)
     VALUES ('a-pack', 1, repeat('0', 64), '{"b": 1, "a": [2, null]}', now(), 'tests')`,
  );
  await db.query(
    `INSERT INTO ruleset (number, published_at, published_by, cause) VALUES (1, now(), 'tests', 'a start')`,
  );
  await db.query(`INSERT INTO ruleset_pack (ruleset, name, version) VALUES (1, 'a-pack', 1)`);
  await db.query(
    `CREATE TABLE seen_post_20261121 PARTITION OF seen_post FOR VALUES FROM ('2026-11-21') TO ('2026-11-22')`,
  );
  await db.query(
    `INSERT INTO seen_post (key, day) SELECT md5(n::text)::uuid, '2026-11-21' FROM generate_series(1, 5000) n`,
  );
  await db.query(
    `INSERT INTO slogan_count (slogan, demo, bucket, part, hits, live)
     SELECT 'a-pack/a-slogan', false, now() - n * interval '5 min', 0, n, n FROM generate_series(1, 300) n`,
  );
  await db.query('INSERT INTO demo_removed (at) VALUES (now())');
  const audit = new PostgresAuditLog(db, new SystemClock());
  for (let i = 0; i < 25; i += 1)
    await audit.record({
      actor: 'a-person',
      action: 'alert.claim',
      subject: `alert-${i}`,
      detail: { z: i, a: 'é' },
    });
}

/** Both topics with messages, each reader part of the way, and a message set aside. */
async function fillLog(db: Database): Promise<void> {
  const { telemetry } = recordingTelemetry();
  const bus = new PostgresBus(db, telemetry, { partitions: 3, transitDays: 7, transitMaxBytes: 1e9 });
  try {
    const events = Array.from({ length: MESSAGES }, (_, i) =>
      aVerdictEvent(
        aPost()
          .numbered(`log-${i}`)
          .of('a-source', `channel-${i % 9}`),
      ),
    );
    for (let at = 0; at < MESSAGES; at += 10) {
      const some = events.slice(at, at + 10);
      await bus.publish(
        VERDICTS,
        some.map((value) => ({ key: channelKey(value.facts), value })),
      );
      await bus.publish(
        POSTS,
        some.flatMap(({ post }) => (post ? [{ key: channelKey(post), value: aPostEvent(post) }] : [])),
      );
    }
  } finally {
    await bus.close();
  }
  await db.query(
    `INSERT INTO bus_offset (topic, consumer_group, partition, next_offset, owner)
     SELECT 'posts', 'classifier', n, ${READ.classifier}, 4 FROM generate_series(0, 2) n`,
  );
  // The log's copy of where the alerts stand is behind: their own table is the truth.
  await db.query(
    `INSERT INTO bus_offset (topic, consumer_group, partition, next_offset)
     SELECT 'verdicts', 'alerts', n, 1 FROM generate_series(0, 2) n`,
  );
  await db.query(`INSERT INTO alerts_offset SELECT n, ${READ.alerts} FROM generate_series(0, 2) n`);
  await db.query(
    `INSERT INTO bus_dead_letter (topic, consumer_group, partition, "offset", key, payload, reason)
     VALUES ('posts', 'classifier', 1, 2, 'a-key', '["a-key", {"no": "post"}]', 'does not fit')`,
  );
}
