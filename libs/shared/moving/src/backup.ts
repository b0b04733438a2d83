import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Writable } from 'node:stream';
import type { Settings } from '@vigil/config';
import { isVigilError, VigilError } from '@vigil/contracts';
import { schemaOf, type PgDatabase } from '@vigil/database';
import { Archive, type Manifest } from './archive.js';
import { Tally, type Say } from './progress.js';
import { countRecordedHits, evidenceOfHits } from './recorded-hits.js';
import { sequencesOf, type SequenceState, sizesOf, tablesToCopy } from './records.js';
import { copyingClient, rowsOf } from './rows.js';
import { SideEngines } from './side-engines.js';
import { lacksDatabase, openRecords, schemaFault, sideOf } from './side.js';
import { quietTelemetry } from './telemetry.js';

/** Sign-ins end with the installation they were made in: people sign in again. */
const NOT_KEPT = new Set(['auth_session', 'auth_sign_in_link']);

export interface BackupRequest {
  readonly from: { readonly label: string; readonly settings: Settings };
  readonly folder: string;
  /** Of this program, for the manifest. */
  readonly version: string;
  readonly signal: AbortSignal;
}

/**
 * Takes a back-up into a new folder: all records as of one moment, the evidence that hits need, the marks of what was
 * erased. Works beside a program that runs. Whole or not there: it is made beside and renamed.
 * Throws `conflict` where the folder holds something, `not-found` where there is no installation.
 */
export async function backUp(request: BackupRequest, say: Say): Promise<Manifest> {
  const side = sideOf(request.from.label, request.from.settings);
  if (await lacksDatabase(side))
    throw new VigilError('not-found', `${side.label}: there is no database (${side.places.records}).`);
  const folder = resolve(request.folder);
  if ((await readdir(folder).catch(() => [])).length > 0)
    throw new VigilError('conflict', `${folder} is not empty. Name a new folder for the back-up.`);
  const telemetry = quietTelemetry();
  const database = await openRecords(side, telemetry, { asItIs: true, besideProgram: true });
  const engines = new SideEngines(side, telemetry);
  const draft = `${folder}.unfinished`;
  try {
    const unfit = await schemaFault(side, database);
    if (unfit !== null) throw new VigilError('conflict', unfit);
    await rm(draft, { recursive: true, force: true });
    await mkdir(dirname(folder), { recursive: true });
    const archive = await Archive.make(draft);
    const manifest = await fill(archive, database, engines, request, say);
    await archive.writeManifest(manifest);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
    return manifest;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  } finally {
    await engines.close();
    await database.close();
  }
}

async function fill(
  archive: Archive,
  database: PgDatabase,
  engines: SideEngines,
  { from: { settings }, version, signal }: BackupRequest,
  say: Say,
): Promise<Manifest> {
  const tally = new Tally(say);
  const takenAt = new Date().toISOString();
  const found = await tablesToCopy(database, { log: false, hits: true });
  const tables = found.filter(({ name }) => !NOT_KEPT.has(name));
  const sizes = await sizesOf(database, tables);
  tally.expect(sizes.reduce((sum, one) => sum + one.bytes, 0));
  const written: Manifest['tables'] = [];
  let sequences: SequenceState[];
  const client = await copyingClient(database);
  try {
    // One moment for all tables, whatever is written meanwhile.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    for (const [i, table] of tables.entries()) {
      const { name, columns, part } = table;
      tally.begin(`saving ${name}`, sizes[i]?.rows ?? 0);
      const fingerprint = await archive.writeTable(name, rowsOf(client, table), tally.passed, signal);
      written.push({ name, columns: [...columns], part, ...fingerprint });
    }
    // They know no snapshot: read last, they are ahead of what was saved, never behind.
    sequences = await sequencesOf(client);
    await client.query('COMMIT');
  } finally {
    client.release(true);
  }
  const erasedMarks = await archive.writeMarks((await engines.hits(database)).erasedMarks());
  const evidence = await saveEvidence(archive, database, engines, tally, signal);
  const { known } = await schemaOf(database.connectionString);
  const { hits } = await countRecordedHits(database);
  const log = settings.cluster.kafkaBrokers.length === 0 ? 'records' : 'kafka';
  return {
    format: 1,
    version,
    schema: known,
    takenAt,
    log,
    tables: written,
    sequences,
    hits,
    erasedMarks,
    evidence,
  };
}

/** What hits need. An object that has gone since, with its hit, is left out. */
async function saveEvidence(
  archive: Archive,
  database: PgDatabase,
  engines: SideEngines,
  tally: Tally,
  signal: AbortSignal,
): Promise<string[]> {
  const store = await engines.evidence();
  const keys = [...(await evidenceOfHits(database))].sort();
  const saved: string[] = [];
  tally.begin('saving evidence', keys.length);
  for (const key of keys) {
    signal.throwIfAborted();
    const bytes = await store.get(key);
    if (bytes !== null) saved.push(await archive.evidence.put(bytes));
    tally.passed(1, bytes?.length ?? 0);
  }
  return saved;
}

/** Reads all of a back-up and compares it with its manifest. Returns what is wrong with it. */
export async function verifyBackup(folder: string, say: Say, signal: AbortSignal): Promise<string[]> {
  const archive = new Archive(resolve(folder));
  const { tables, evidence, erasedMarks } = await archive.manifest();
  const tally = new Tally(say);
  tally.expect(tables.reduce((sum, one) => sum + one.bytes, 0));
  const faults: string[] = [];
  for (const { name, rows, sha256 } of tables) {
    tally.begin(`checking ${name}`, rows);
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const read = await archive.readTable(name, nowhere, tally.passed, signal).catch((error: unknown) => {
      if (signal.aborted) throw error;
      return null;
    });
    if (read?.sha256 !== sha256) faults.push(`table ${name}: its rows are not those that were saved`);
  }
  tally.begin('checking evidence', evidence.length);
  for (const key of evidence) {
    signal.throwIfAborted();
    const bytes = await archive.evidence.get(key).catch((error: unknown) => {
      if (!isVigilError(error, 'internal')) throw error;
      return null;
    });
    if (bytes === null) faults.push(`evidence ${key}: missing or damaged`);
    tally.passed(1, bytes?.length ?? 0);
  }
  let marks = 0;
  for await (const run of archive.erasedMarks()) marks += run.length;
  if (marks !== erasedMarks) faults.push(`erased-marks: ${marks} of ${erasedMarks}`);
  return faults;
}
