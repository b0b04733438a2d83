import { Injectable } from '@nestjs/common';
import { Clock } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { HitIndex } from '@vigil/hit-index';
import { HitProjector } from './indexing/hit-projector.js';
import { announce } from './live-events.js';
import { DETECTOR_LOCK } from './spikes/spike-detector.js';

/** What the demo left in counts, hits and alerts. */
export interface DemoCounts {
  readonly posts: number;
  readonly hits: number;
  readonly alerts: number;
}

/** The demo's traces in this service: how many, and away with them. */
@Injectable()
export class AlertsDemo {
  constructor(
    private readonly db: Database,
    private readonly index: HitIndex,
    private readonly clock: Clock,
    private readonly projector: HitProjector,
  ) {}

  async demoState(): Promise<DemoCounts> {
    const [row] = await this.db.query<{ posts: number; hits: number; alerts: number }>(
      `SELECT (SELECT coalesce(sum(posts), 0)::int FROM count_bucket WHERE slogan = '' AND basis = 'event' AND demo) AS posts,
              (SELECT count(*)::int FROM hit WHERE demo) AS hits,
              (SELECT count(*)::int FROM alert WHERE demo) AS alerts`,
    );
    return row ?? { posts: 0, hits: 0, alerts: 0 };
  }

  /**
   * Removes every demo alert (with decisions and deliveries), hit and count, here and in the index. Repeatable.
   * Demo posts still on their way leave nothing when they come. The audit chain keeps its entries.
   */
  async removeDemo(): Promise<void> {
    await this.db.transaction(async (tx) => {
      // Batches in hand hold their offset's row and are waited for; later ones find this row and leave demo posts out.
      await tx.query(
        'INSERT INTO demo_removed (at) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM demo_removed)',
        [new Date(this.clock.now())],
      );
      await tx.query('LOCK TABLE alerts_offset IN SHARE MODE');
      await tx.query('SELECT pg_advisory_xact_lock($1)', [DETECTOR_LOCK]);
      await tx.query('DELETE FROM alert WHERE demo');
      await tx.query('DELETE FROM spike_due WHERE demo');
      await tx.query('DELETE FROM hit_outbox o USING hit h WHERE h.key = o.key AND h.demo');
      await tx.query('DELETE FROM hit_set_aside s USING hit h WHERE h.key = s.key AND h.demo');
      await tx.query('DELETE FROM hit WHERE demo');
      await tx.query('DELETE FROM hit_rule WHERE demo');
      await tx.query('DELETE FROM count_bucket WHERE demo');
      await tx.query('DELETE FROM slogan_count WHERE demo');
      await tx.query('DELETE FROM shadow_count WHERE demo');
      await tx.query('DELETE FROM shadow_sample WHERE demo');
      await tx.query('DELETE FROM backtest_example WHERE demo');
      await tx.query('DELETE FROM campaign_post WHERE demo');
      await tx.query('DELETE FROM campaign WHERE demo');
    });
    await this.projector.settled();
    await this.index.erase({ demo: true });
    await announce(this.db, { type: 'hits', count: 0 });
  }
}
