import { Injectable } from '@nestjs/common';
import { AuditLog } from '@vigil/auth';
import { Clock, type ErasureRequest, VigilError } from '@vigil/contracts';
import { Database, textArray } from '@vigil/database';
import { HitProjector } from '../indexing/hit-projector.js';
import { postKey } from '../indexing/post-key.js';
import { takeHoldLock } from './holds.js';

/**
 * Erases posts for good: what is kept of their hits goes at once, the index is told through the outbox until it has
 * confirmed, and whatever brings such a post again leaves nothing. Counts stay: they hold no content.
 */
@Injectable()
export class Erasure {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
    private readonly projector: HitProjector,
  ) {}

  /** Returns how many hits were there. Throws `conflict`, having erased nothing, where a legal hold covers one. */
  async erase({ postIds, reason }: ErasureRequest, actor: string): Promise<number> {
    const ids = [...new Set<string>(postIds)];
    const keys = ids.map(postKey);
    const now = new Date(this.clock.now());
    const erased = await this.db.transaction(async (tx) => {
      await takeHoldLock(tx);
      const holds = await tx.query<{ hold: string }>(
        'SELECT DISTINCT hold FROM held_hit WHERE key = ANY($1::uuid[]) ORDER BY hold',
        [keys],
      );
      if (holds.length > 0) {
        throw new VigilError(
          'conflict',
          `Nothing was erased: the legal hold ${holds.map((row) => row.hold).join(', ')} covers some of it. Release it first.`,
        );
      }
      // Batches in hand hold their offset's row and are waited for; later ones find these.
      await tx.query('LOCK TABLE alerts_offset IN SHARE MODE');
      // So with the classifiers that group posts into campaigns.
      await tx.query('LOCK TABLE campaign_post IN SHARE MODE');
      await tx.query(
        'INSERT INTO erased_post (key, erased_at) SELECT k, $2 FROM unnest($1::uuid[]) k ON CONFLICT DO NOTHING',
        [keys, now],
      );
      await tx.query('DELETE FROM hit_set_aside WHERE key = ANY($1::uuid[])', [keys]);
      await tx.query('DELETE FROM campaign_post WHERE key = ANY($1::uuid[])', [keys]);
      await tx.query('DELETE FROM shadow_sample WHERE key = ANY($1::uuid[])', [keys]);
      await tx.query('DELETE FROM backtest_example WHERE post_id = ANY($1::text[])', [textArray(ids)]);
      // Of the hit only the id stays, which the index needs to be told, until it has confirmed.
      const gone = await tx.query<{ key: string }>(
        `UPDATE hit SET state = 'erased', doc = g.doc::json FROM unnest($1::uuid[], $2::text[]) AS g (key, doc)
         WHERE hit.key = g.key AND hit.state <> 'erased' RETURNING hit.key`,
        [keys, ids.map((id) => JSON.stringify({ post: { id } }))],
      );
      await tx.query('INSERT INTO hit_outbox (key, since) SELECT k, $2 FROM unnest($1::uuid[]) k', [
        gone.map((row) => row.key),
        now,
      ]);
      await this.audit.record(
        {
          actor,
          action: 'post.erase',
          subject: 'hits',
          detail: { asked: ids.length, hits: gone.length, reason },
        },
        tx,
      );
      return gone.length;
    });
    await this.projector.resume(0).catch(() => undefined);
    return erased;
  }
}
