import { createTestDatabase } from '@vigil/testing';
import type { HitIndex } from '../hit-index.js';
import { hitIndexContract } from '../hit-index.contract.js';
import { PostgresHitIndex } from './postgres-hit-index.js';

/** Drops the suite's database with the index. */
class DroppedAtEnd extends PostgresHitIndex {
  constructor(private readonly made: Awaited<ReturnType<typeof createTestDatabase>>) {
    super(made.database);
  }

  override async close(): Promise<void> {
    await super.close();
    await this.made.drop();
  }
}

hitIndexContract('PostgreSQL', async (): Promise<HitIndex> => new DroppedAtEnd(await createTestDatabase()));
