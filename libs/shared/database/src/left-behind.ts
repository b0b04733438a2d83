import { VigilError } from '@vigil/contracts';
import pg from 'pg';
import { clusterOf } from './embedded/running.js';

/** Where `vigil move` and `vigil restore` keep how far they are; apart from the program's tables. */
export const MOVING_SCHEMA = 'vigil_moving';

/**
 * Refuses a start that would leave an installation behind: an empty PostgreSQL beside a data folder that holds a database,
 * or one that a move or restore has not filled yet. Throws `engine-misconfigured`, with the command that helps.
 */
export async function refuseLeftBehind(
  connectionString: string,
  where: string,
  dataDir: string,
  startEmpty: boolean,
): Promise<void> {
  const client = new pg.Client({ connectionString, application_name: 'vigil migrate' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (await hasUnfinished(client)) {
      throw misconfigured(
        `The database ${where} is being filled by a move or a restore that has not ended. Run that command again: it goes on where it was.`,
      );
    }
    if (startEmpty || !(await isNew(client))) return;
  } finally {
    await client.end().catch(() => undefined);
  }
  const { cluster, exists } = await clusterOf(dataDir);
  if (!exists) return;
  throw misconfigured(
    `VIGIL_DATABASE_URL (${where}) is empty, and ${cluster} holds the database of an installation. ` +
      `To take it along: npx vigil move --from ${dataDir} --to env. To begin anew: VIGIL_START_EMPTY=1, or another VIGIL_DATA_DIR.`,
  );
}

async function hasUnfinished(client: pg.Client): Promise<boolean> {
  const there = await client.query<{ there: boolean }>(
    `SELECT to_regclass('${MOVING_SCHEMA}.journey') IS NOT NULL AS there`,
  );
  if (there.rows[0]?.there !== true) return false;
  const { rowCount } = await client.query(
    `SELECT 1 FROM ${MOVING_SCHEMA}.journey WHERE finished_at IS NULL AND fills_records`,
  );
  return (rowCount ?? 0) > 0;
}

/** Whether no Vigil has ever been set up here. */
async function isNew(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ isnew: boolean }>(
    `SELECT to_regclass('drizzle.__drizzle_migrations') IS NULL AS isnew`,
  );
  return rows[0]?.isnew === true;
}

function misconfigured(message: string): VigilError {
  return new VigilError('engine-misconfigured', message);
}
