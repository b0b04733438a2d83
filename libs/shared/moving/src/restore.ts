import { resolve } from 'node:path';
import type { Settings } from '@vigil/config';
import { VigilError } from '@vigil/contracts';
import { copyIn, migrate, type OpenDatabase, schemaOf } from '@vigil/database';
import { Archive, type Manifest } from './archive.js';
import { verifyBackup } from './backup.js';
import { insertRows, makePart, type Table } from './catalogue.js';
import { checkEvidence, copyEvidence } from './evidence.js';
import { checkIndex, fillIndex } from './hits.js';
import { checkLog, copyLog, KEEPS_ITS_OWN, setPositions } from './log.js';
import { Tally, type Say } from './progress.js';
import { contentsOf, setSequences, tablesToCopy } from './records.js';
import { copyingClient } from './rows.js';
import { SideEngines } from './side-engines.js';
import { openRecords, runningFault, sideOf, type Side } from './side.js';
import { beginJourney, finishJourney, stepDone, unfinishedJourney, type Journey } from './state.js';
import { quietTelemetry } from './telemetry.js';

export interface RestoreRequest {
  readonly folder: string;
  readonly to: { readonly label: string; readonly settings: Settings };
  readonly signal: AbortSignal;
}

const TABLES = 'tables of a back-up';

/**
 * Fills an empty installation from a back-up that was read and found whole first; then the index is filled from the
 * records. A killed restore goes on when it is run again. Returns what is wrong after it, which is nothing as a rule.
 * Throws `conflict` where the back-up is damaged or of another schema, or the installation not empty.
 */
export async function restore(request: RestoreRequest, say: Say): Promise<string[]> {
  const archive = new Archive(resolve(request.folder));
  const manifest = await archive.manifest();
  const damage = await verifyBackup(request.folder, say, request.signal);
  if (damage.length > 0)
    throw new VigilError(
      'conflict',
      `the back-up is damaged, and nothing was changed:\n${damage.join('\n')}`,
    );
  const side = sideOf(request.to.label, request.to.settings);
  const telemetry = quietTelemetry();
  const database = await openRecords(side, telemetry, { asItIs: true });
  const engines = new SideEngines(side, telemetry);
  try {
    const journey = await prepared(side, database, engines, archive, manifest);
    return await fill(side, database, engines, archive, manifest, journey, request.signal, say);
  } finally {
    await engines.close();
    await database.close();
  }
}

async function prepared(
  side: Side,
  database: OpenDatabase,
  engines: SideEngines,
  { folder }: Archive,
  { schema, version }: Manifest,
): Promise<Journey> {
  const running = await runningFault(side, database);
  if (running !== null) throw new VigilError('conflict', running);
  const { applied, known } = await schemaOf(database.connectionString);
  if (known !== schema) {
    throw new VigilError(
      'conflict',
      `the back-up is of schema ${schema} (Vigil ${version}), and this program has ${known}: restore it with the program that made it, and start the newer one on what was restored.`,
    );
  }
  const begun = await unfinishedJourney(database);
  const origin = `back-up ${folder}`;
  if (begun !== null && begun.origin === origin) return begun;
  const held =
    begun !== null ? `a move from ${begun.origin}` : applied === null ? null : await contentsOf(database);
  if (held !== null) {
    throw new VigilError(
      'conflict',
      `${side.label}: the installation is not empty (${held}). Restore into a new database or data folder.`,
    );
  }
  const hits = applied === null ? 0 : await (await engines.hits(database)).count();
  if (hits > 0)
    throw new VigilError('conflict', `${side.label}: the hit index is not empty (${side.places.hits}).`);
  await migrate(database.connectionString);
  return beginJourney(database, origin, true);
}

async function fill(
  side: Side,
  database: OpenDatabase,
  engines: SideEngines,
  archive: Archive,
  manifest: Manifest,
  journey: Journey,
  signal: AbortSignal,
  say: Say,
): Promise<string[]> {
  const tally = new Tally(say);
  const evidence = { objects: manifest.evidence.length, bytes: 0 };
  tally.expect(manifest.tables.reduce((sum, one) => sum + one.bytes, 0));
  await fillTables(database, archive, manifest, journey, tally, signal);
  const store = await engines.evidence();
  await copyEvidence(archive.evidence, store, evidence, tally, signal);
  const index = await engines.hits(database);
  await fillIndex(database, archive, index, journey, tally, signal);

  const checked = await checkEvidence(archive.evidence, store, evidence, tally, signal);
  const hits = await checkIndex(database, index, tally, signal);
  const log = side.settings.cluster.kafkaBrokers.length === 0 ? null : await engines.log();
  const moves = log !== null && manifest.log === 'records';
  const topics = moves ? await copyLog(database, database, log, journey, tally, signal) : [];
  const faults = [
    ...checked.flatMap(({ faulty }) => faulty.map((key) => `evidence ${key}: missing or damaged`)),
    ...hits.faulty.map((id) => `hit of ${id}: the index lacks it or holds it otherwise`),
    ...(moves ? await checkLog(log, topics) : []),
  ];
  if (faults.length > 0) return faults;
  // The log of then is in Kafka still, and is read again from there; or it is gone, and a new one begins.
  const continues = !moves && log !== null && (await log.messages()) > 0;
  await database.transaction(async (tx) => {
    if (moves) {
      await setPositions(log, tx, topics);
      await tx.query('TRUNCATE bus_log, bus_dead_letter, bus_offset, bus_partition, bus_topic, bus_consumer');
    } else if (manifest.log === 'kafka' && !continues) await tx.query(`DELETE FROM ${KEEPS_ITS_OWN.table}`);
    await finishJourney(tx, journey);
  });
  return [];
}

/** All tables in one transaction: what is restored is of one moment. */
async function fillTables(
  database: OpenDatabase,
  archive: Archive,
  manifest: Manifest,
  journey: Journey,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  if (journey.done.has(TABLES)) return;
  const saved = new Map(manifest.tables.map((one) => [one.name, one]));
  const here = await tablesToCopy(database, { log: false, hits: true });
  const names = new Set(here.map(({ name }) => name));
  // Parts of partitioned tables are made; they refer to nothing, so they may come last.
  const parts: Table[] = manifest.tables
    .filter(({ name, part }) => part !== null && !names.has(name))
    .map(({ name, columns, part }) => ({ name, columns, part, order: '', references: [] }));
  const client = await copyingClient(database);
  try {
    await client.query('BEGIN');
    for (const table of [...here, ...parts]) {
      const one = saved.get(table.name);
      if (one === undefined) continue;
      tally.begin(`restoring ${table.name}`, one.rows);
      const part = makePart(table);
      if (part !== null) await client.query(part);
      const rows = await archive.readTable(
        table.name,
        copyIn(client, insertRows({ ...table, columns: one.columns })),
        tally.passed,
        signal,
      );
      if (rows.sha256 !== one.sha256)
        throw new VigilError('conflict', `table ${table.name}: the back-up has changed while it was read.`);
    }
    await setSequences(client, manifest.sequences);
    await stepDone(client, journey, TABLES, { rows: 0, bytes: 0, sha256: null });
    await client.query('COMMIT');
  } finally {
    client.release(true);
  }
}
