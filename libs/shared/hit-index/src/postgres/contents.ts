import type { Hit } from '@vigil/contracts';
import { byteaArray, textArray, type Database } from '@vigil/database';
import { storable } from '../hit-fields.js';

/** Marks of one run: some 100 kB. */
const MARKS = 2_000;

export async function countHits(db: Database): Promise<number> {
  const [row] = await db.query<{ hits: string }>('select count(*) as hits from hit_index');
  return Number(row?.hits ?? 0);
}

export async function differingHits(db: Database, hits: readonly Hit[]): Promise<Hit[]> {
  const rows = await db.query<{ id: string; hit: string }>(
    'select i.id, t.hit::text as hit from hit_index i join hit_index_text t using (n) where i.id = any($1::text[])',
    [textArray(hits.map((hit) => storable(hit.post.id)))],
  );
  const stored = new Map(rows.map((row) => [row.id, row.hit]));
  return hits.filter((hit) => stored.get(storable(hit.post.id)) !== JSON.stringify(hit));
}

export async function* erasedMarks(db: Database): AsyncGenerator<Buffer[]> {
  let after = Buffer.alloc(0);
  for (;;) {
    const rows = await db.query<{ id_hash: Buffer }>(
      'select id_hash from hit_index_erased where id_hash > $1 order by id_hash limit $2',
      [after, MARKS],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => row.id_hash);
    after = Buffer.from(last.id_hash);
  }
}

export async function addErasedMarks(db: Database, marks: readonly Buffer[]): Promise<void> {
  await db.query('insert into hit_index_erased (id_hash) select unnest($1::bytea[]) on conflict do nothing', [
    byteaArray(marks),
  ]);
}
