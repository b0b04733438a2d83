import { HitPage } from '@vigil/contracts';
import type { Api } from './api.js';
import { HIT_EVERY, sourceId, sourceOf } from './corpus.js';
import type { Subject } from './subject.js';

export interface Account {
  readonly released: number;
  readonly hits: number;
  /** Posts not counted, and hits not found. */
  readonly lost: number;
  /** Posts counted more than once, and hits that no post explains. */
  readonly doubleCounted: number;
}

const POSTS = `FROM count_bucket WHERE slogan = '' AND basis = 'event'`;

/** Posts counted so far. */
export async function countedPosts(subject: Subject): Promise<number> {
  const [row] = await subject.query<{ posts: string }>(
    `SELECT coalesce(sum(posts), 0)::text AS posts ${POSTS}`,
  );
  return Number(row?.posts);
}

/** Hits that the index does not have yet. */
export async function unindexedHits(subject: Subject): Promise<number> {
  const [row] = await subject.query<{ hits: string }>('SELECT count(*)::text AS hits FROM hit_outbox');
  return Number(row?.hits);
}

/** Compares what was counted and indexed with what was released, source by source. */
export async function account(
  subject: Subject,
  api: Api,
  expected: { posts: ReadonlyMap<string, number>; hits: number },
): Promise<Account> {
  const rows = await subject.query<{ source: string; posts: string }>(
    `SELECT source, sum(posts)::text AS posts ${POSTS} GROUP BY 1`,
  );
  const counted = new Map(rows.map(({ source, posts }) => [source, Number(posts)]));
  const { total } = await api.get('/search?size=1', HitPage);
  let lost = Math.max(0, expected.hits - total);
  let doubleCounted = Math.max(0, total - expected.hits);
  for (const source of new Set([...counted.keys(), ...expected.posts.keys()])) {
    const difference = (counted.get(source) ?? 0) - (expected.posts.get(source) ?? 0);
    if (difference < 0) lost -= difference;
    else doubleCounted += difference;
  }
  return {
    released: [...expected.posts.values()].reduce((sum, n) => sum + n, 0),
    hits: total,
    lost,
    doubleCounted,
  };
}

/** Posts by source, and hits, of the first `released` posts. */
export function expectedOf(released: number): { posts: Map<string, number>; hits: number } {
  const posts = new Map<string, number>();
  for (let n = 0; n < released; n += 1) {
    const id = sourceId(sourceOf(n));
    posts.set(id, (posts.get(id) ?? 0) + 1);
  }
  return { posts, hits: Math.ceil(released / HIT_EVERY) };
}
