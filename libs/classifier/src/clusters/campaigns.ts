import { Injectable } from '@nestjs/common';
import { Clock, type AskedCampaign, type Campaign } from '@vigil/contracts';
import { Database, type Queryable, type Transaction } from '@vigil/database';
import { PERMUTATIONS, estimate } from '@vigil/text';
import { isCoordinated, languagesOf, type Voice } from './coordinated.js';
import { LEAST_SIMILARITY, TIED_WITHIN_MS, group, type Group, type Open } from './group.js';
import type { Marks } from './marks.js';

/**
 * How long a post is remembered by what it is recognised, and a campaign without a new post is kept: a statement that
 * comes up again after more is a new campaign.
 */
export const OPEN_DAYS = 30;
/** Near texts looked at for one post: those with an equal text are found by its hash. */
const MAX_NEAR = 50;
/** A text this similar to one already kept stands for nothing new: what is near to it is near to that as well. */
const REPRESENTED_FROM = 0.8;
/** Tied posts looked at for one post, the newest. */
const MAX_TIED = 100;
/** Posts grouped in one transaction: the others that wait for the lock wait no longer than this many take. */
const AT_ONCE = 200;
/** Longest wait for the lock. PostgreSQL then says that it was not to be had (55P03), and the batch is tried again later. */
const LOCK_WITHIN = '10s';
/** Advisory lock of whoever groups posts, held to the end of the transaction: one of two that begin a campaign finds the other's. */
const GROUPING_LOCK = 7_100_018;

/** Groups posts into campaigns, in PostgreSQL, which all classifiers share. */
@Injectable()
export class Campaigns {
  /** Batches of this process take turns before they take a connection, or those that wait would take all of the pool. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Says of each post, by its key, which campaign it belongs to, as that stands then. A post that comes again stays where
   * it is and is counted once; so does an edited one. Posts by which nothing is recognised, and erased ones, have none.
   */
  async assign(posts: readonly Marks[]): Promise<ReadonlyMap<string, Campaign>> {
    const marked = [...new Map(posts.map((post) => [post.key, post])).values()].filter(
      ({ text, ties }) => text !== null || ties.length > 0,
    );
    const campaigns = new Map<string, Campaign>();
    for (let from = 0; from < marked.length; from += AT_ONCE) {
      const some = this.turn.then(() => this.assignSome(marked.slice(from, from + AT_ONCE)));
      this.turn = some.catch(() => undefined);
      for (const [key, campaign] of await some) campaigns.set(key, campaign);
    }
    return campaigns;
  }

  private async assignSome(marked: readonly Marks[]): Promise<ReadonlyMap<string, Campaign>> {
    return this.db.transaction(async (tx) => {
      await tx.query(`SET LOCAL lock_timeout = '${LOCK_WITHIN}'`);
      await tx.query('SELECT pg_advisory_xact_lock($1)', [GROUPING_LOCK]);
      // An erasure waits for us, or we see what it erased.
      await tx.query('LOCK TABLE campaign_post IN ROW EXCLUSIVE MODE');
      const known = await knownAmong(
        tx,
        marked.map(({ key }) => key),
      );
      const fresh = marked.filter(({ key }) => !known.has(key));
      const { groups, represented } = await groupWith(tx, fresh);
      const now = this.clock.instant();
      await write(tx, groups, represented, now);
      const of = new Map(
        [...known].flatMap(([key, campaign]) => (campaign ? [[key, campaign] as const] : [])),
      );
      for (const { id, posts: members } of groups) for (const { key } of members) of.set(key, id);
      // What was known may have been absorbed just now.
      const states = new Map(
        (await stateOf(tx, [...new Set(of.values())])).map((one) => [one.asked, one.campaign]),
      );
      return new Map(
        [...of].flatMap(([key, id]) => {
          const campaign = states.get(id);
          return campaign ? [[key, campaign] as const] : [];
        }),
      );
    });
  }

  /** Campaigns as they are now, by ids of any time; unknown ones are left out. */
  async state(ids: readonly string[]): Promise<AskedCampaign[]> {
    return stateOf(this.db, ids);
  }

  /** Forgets what came in before OPEN_DAYS. Returns how many campaigns. Repeatable, by any process. */
  async expire(): Promise<number> {
    const before = new Date(this.clock.now() - OPEN_DAYS * 86_400_000);
    // What stands for a text, or for what ties posts, stays for as long as its campaign goes on.
    await this.db.query(
      `DELETE FROM campaign_post p WHERE seen_at < $1 AND (bands IS NULL AND ties = '{}' OR NOT EXISTS (
         SELECT 1 FROM campaign k JOIN campaign o ON o.id = coalesce(k.merged_into, k.id)
         WHERE k.id = p.campaign AND o.seen_at >= $1))`,
      [before],
    );
    // An absorbed one leads to the other for as long as that is there.
    const gone = await this.db.query(
      `DELETE FROM campaign c WHERE seen_at < $1
         AND NOT EXISTS (SELECT 1 FROM campaign k WHERE k.id = c.merged_into AND k.seen_at >= $1)
       RETURNING id`,
      [before],
    );
    return gone.length;
  }
}

/** Groups posts not seen before; `represented` are the keys of those whose text is as good as kept already. */
async function groupWith(
  tx: Transaction,
  posts: readonly Marks[],
): Promise<{ groups: Group[]; represented: ReadonlySet<string> }> {
  const represented = new Set<string>();
  if (posts.length === 0) return { groups: [], represented };
  // Of arrays that a statement brings along the planner knows nothing, and would read the whole table for each post.
  await tx.query('SET LOCAL enable_seqscan = off');
  const rows = await tx.query<{ n: string; campaign: string; signature: Buffer | null }>(CANDIDATES, [
    posts.map(({ text }) => text?.hash ?? null),
    posts.map(({ text }) => (text ? `{${text.bands.join(',')}}` : '{}')),
    posts.map(({ ties }) => `{${ties.join(',')}}`),
    posts.map(({ demo }) => demo),
    posts.map(({ at }) => new Date(at)),
    TIED_WITHIN_MS / 1_000,
    MAX_NEAR,
    MAX_TIED,
  ]);
  const found = new Map<string, Set<string>>();
  for (const { n, campaign, signature } of rows) {
    const post = posts[Number(n) - 1];
    if (!post) continue;
    if (signature) {
      const similarity = post.text ? estimate(post.text.signature, signatureFrom(signature)) : 0;
      if (similarity < LEAST_SIMILARITY) continue;
      if (similarity >= REPRESENTED_FROM) represented.add(post.key);
    }
    found.set(post.key, (found.get(post.key) ?? new Set<string>()).add(plain(campaign)));
  }
  const ids = [...new Set([...found.values()].flatMap((one) => [...one]))];
  const open = await tx.query<{ id: string; first_at: Date }>(
    'SELECT id, first_at FROM campaign WHERE id = ANY($1::uuid[])',
    [ids],
  );
  const groups = group(
    posts,
    new Map([...found].map(([key, campaigns]) => [key, [...campaigns]])),
    new Map<string, Open>(
      open.map(({ id, first_at }) => [plain(id), { id: plain(id), firstAt: first_at.getTime() }]),
    ),
  );
  return { groups, represented };
}

const CANDIDATES = `
  SELECT p.n, coalesce(k.merged_into, k.id) AS campaign, c.signature
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::timestamptz[]) WITH ORDINALITY
    AS p (hash, bands, ties, demo, at, n)
  CROSS JOIN LATERAL (
    (SELECT s.campaign, NULL::bytea AS signature FROM campaign_post s
      WHERE s.text_hash = p.hash AND s.demo = p.demo LIMIT 1)
    UNION ALL
    (SELECT b.campaign, b.signature FROM campaign_post b
      WHERE b.bands && p.bands::integer[] AND b.demo = p.demo AND b.text_hash <> p.hash LIMIT $7)
    UNION ALL
    (SELECT t.campaign, NULL::bytea FROM campaign_post t
      WHERE t.ties && p.ties::uuid[] AND t.demo = p.demo
        AND t.at BETWEEN p.at - make_interval(secs => $6) AND p.at + make_interval(secs => $6)
      ORDER BY t.at DESC LIMIT $8)
  ) c
  JOIN campaign k ON k.id = c.campaign`;

/** The posts that were grouped before, or erased: then without a campaign. */
async function knownAmong(tx: Transaction, keys: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await tx.query<{ key: string; campaign: string | null }>(
    `SELECT key, campaign FROM campaign_post WHERE key = ANY($1::uuid[])
     UNION ALL SELECT key, NULL FROM erased_post WHERE key = ANY($1::uuid[])`,
    [keys],
  );
  return new Map(rows.map(({ key, campaign }) => [plain(key), campaign && plain(campaign)]));
}

/** The groups of a batch, in as many statements as one would take. */
async function write(
  tx: Transaction,
  groups: readonly Group[],
  represented: ReadonlySet<string>,
  now: string,
): Promise<void> {
  if (groups.length === 0) return;
  await tx.query(
    `INSERT INTO campaign AS c (id, demo, first_at, last_at, seen_at)
     SELECT n.id, n.demo, n.first_at, n.last_at, $5
     FROM unnest($1::uuid[], $2::boolean[], $3::timestamptz[], $4::timestamptz[]) AS n (id, demo, first_at, last_at)
     ON CONFLICT (id) DO UPDATE SET first_at = least(c.first_at, excluded.first_at),
       last_at = greatest(c.last_at, excluded.last_at), seen_at = excluded.seen_at`,
    [
      groups.map(({ id }) => id),
      groups.map(({ posts }) => posts[0]?.demo ?? false),
      groups.map(({ posts }) => firstOf(posts)),
      groups.map(({ posts }) => lastOf(posts)),
      now,
    ],
  );
  for (const { id, absorbed } of groups) if (absorbed.length > 0) await absorb(tx, id, absorbed);
  const kept = new Set<string>();
  const rows = groups.flatMap(({ id, posts }) => {
    const standing: Uint32Array[] = [];
    return posts.map(({ key, demo, at, text, ties }) => {
      const stands =
        text !== null &&
        !represented.has(key) &&
        !kept.has(`${demo} ${text.hash}`) &&
        !standing.some((one) => estimate(one, text.signature) >= REPRESENTED_FROM);
      if (text) kept.add(`${demo} ${text.hash}`);
      if (stands) standing.push(text.signature);
      return { id, key, demo, at, ties, hash: text?.hash ?? null, text: stands ? text : null };
    });
  });
  await tx.query(
    `INSERT INTO campaign_post (key, campaign, demo, at, seen_at, text_hash, bands, signature, ties)
     SELECT p.key, p.campaign, p.demo, p.at, $9, p.hash,
       CASE WHEN known.found THEN NULL ELSE p.bands::integer[] END, CASE WHEN known.found THEN NULL ELSE p.signature END,
       -- One post within the hour stands for all others with the same tie: a flood would be read whole for each of its posts.
       ARRAY(SELECT tie FROM unnest(p.ties::uuid[]) AS tie WHERE NOT EXISTS (
         SELECT 1 FROM campaign_post o WHERE o.ties @> ARRAY[tie] AND o.demo = p.demo
           AND o.at BETWEEN p.at - interval '1 hour' AND p.at + interval '1 hour'))
     FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::timestamptz[], $5::uuid[], $6::text[], $7::bytea[], $8::text[])
       AS p (key, campaign, demo, at, hash, bands, signature, ties)
     CROSS JOIN LATERAL (
       SELECT EXISTS (SELECT 1 FROM campaign_post o WHERE o.text_hash = p.hash AND o.demo = p.demo
         AND o.bands IS NOT NULL) AS found
     ) known`,
    [
      rows.map(({ key }) => key),
      rows.map(({ id }) => id),
      rows.map(({ demo }) => demo),
      rows.map(({ at }) => new Date(at)),
      rows.map(({ hash }) => hash),
      rows.map(({ text }) => text && `{${text.bands.join(',')}}`),
      rows.map(({ text }) => text && bytesOf(text.signature)),
      rows.map(({ ties }) => `{${ties.join(',')}}`),
      now,
    ],
  );
  const voices = groups.flatMap(({ id, posts }) =>
    [...Map.groupBy(posts, ({ source, language }) => `${language} ${source}`).values()].flatMap((own) =>
      own[0] ? [{ id, own, source: own[0].source, language: own[0].language }] : [],
    ),
  );
  await tx.query(
    `INSERT INTO campaign_voice AS v (campaign, source, language, posts, first_at, last_at)
     SELECT n.* FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::timestamptz[], $6::timestamptz[]) AS n
     ${ADDED_TO_VOICE}`,
    [
      voices.map(({ id }) => id),
      voices.map(({ source }) => source),
      voices.map(({ language }) => language),
      voices.map(({ own }) => own.length),
      voices.map(({ own }) => firstOf(own)),
      voices.map(({ own }) => lastOf(own)),
    ],
  );
}

function firstOf(posts: readonly Marks[]): Date {
  return new Date(Math.min(...posts.map(({ at }) => at)));
}

function lastOf(posts: readonly Marks[]): Date {
  return new Date(Math.max(...posts.map(({ at }) => at)));
}

const ADDED_TO_VOICE = `ON CONFLICT (campaign, source, language) DO UPDATE SET posts = v.posts + excluded.posts,
  first_at = least(v.first_at, excluded.first_at), last_at = greatest(v.last_at, excluded.last_at)`;

/** Makes campaigns part of another: their counts go over, and their ids lead to it, those that their posts name too. */
async function absorb(tx: Transaction, id: string, absorbed: readonly string[]): Promise<void> {
  await tx.query(
    `INSERT INTO campaign_voice AS v (campaign, source, language, posts, first_at, last_at)
     SELECT $1, source, language, sum(posts)::int, min(first_at), max(last_at) FROM campaign_voice
     WHERE campaign = ANY($2::uuid[]) GROUP BY source, language ${ADDED_TO_VOICE}`,
    [id, absorbed],
  );
  await tx.query('DELETE FROM campaign_voice WHERE campaign = ANY($1::uuid[])', [absorbed]);
  await tx.query(
    `UPDATE campaign k SET last_at = greatest(k.last_at, o.last_at), first_at = least(k.first_at, o.first_at)
     FROM (SELECT max(last_at) AS last_at, min(first_at) AS first_at FROM campaign WHERE id = ANY($2::uuid[])) o
     WHERE k.id = $1`,
    [id, absorbed],
  );
  await tx.query(
    'UPDATE campaign SET merged_into = $1 WHERE id = ANY($2::uuid[]) OR merged_into = ANY($2::uuid[])',
    [id, absorbed],
  );
}

async function stateOf(db: Queryable, ids: readonly string[]): Promise<AskedCampaign[]> {
  if (ids.length === 0) return [];
  const rows = await db.query<{
    asked: string;
    id: string;
    last_at: Date;
    source: string;
    language: string;
    posts: number;
    first_at: Date;
  }>(
    `SELECT a.id AS asked, k.id, k.last_at, v.source, v.language, v.posts, v.first_at
     FROM campaign a JOIN campaign k ON k.id = coalesce(a.merged_into, a.id)
     JOIN campaign_voice v ON v.campaign = k.id WHERE a.id = ANY($1::uuid[])`,
    [ids],
  );
  return [...Map.groupBy(rows, (row) => row.asked).values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const voices: Voice[] = own.map(({ first_at, ...voice }) => ({ ...voice, firstAt: first_at.getTime() }));
    const campaign: Campaign = {
      id: plain(first.id),
      posts: voices.reduce((sum, { posts }) => sum + posts, 0),
      sources: new Set(voices.map(({ source }) => source)).size,
      languages: languagesOf(voices).size,
      firstAt: new Date(Math.min(...voices.map(({ firstAt }) => firstAt))).toISOString(),
      lastAt: first.last_at.toISOString(),
      coordinated: isCoordinated(voices),
    };
    return [{ asked: plain(first.asked), campaign }];
  });
}

function plain(uuid: string): string {
  return uuid.replaceAll('-', '');
}

/** In the processor's own order of bytes, which is little-endian on all that Vigil runs on: read by the thousand. */
function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

function signatureFrom(bytes: Buffer): Uint32Array {
  const signature = new Uint32Array(PERMUTATIONS);
  bytes.copy(new Uint8Array(signature.buffer));
  return signature;
}
