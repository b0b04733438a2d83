import { isVigilError } from '@vigil/contracts';
import type { PgDatabase } from '@vigil/database';
import { idHash, type IndexContents } from '@vigil/hit-index';
import type { Tally } from './progress.js';
import { countRecordedHits, recordedHits } from './recorded-hits.js';
import { noteStep, type Journey } from './state.js';

/** What the step of the index notes: how far it is. */
const STEP = 'hits';

/**
 * Fills an index from the system of record, as `reindex` does: first the marks of what was erased, from the index before,
 * so that nothing erased comes back; then every hit. Goes on after the last hit noted.
 */
export async function fillIndex(
  records: PgDatabase,
  marksOf: Pick<IndexContents, 'erasedMarks'>,
  index: IndexContents,
  journey: Journey,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const size = await countRecordedHits(records);
  const share = size.hits === 0 ? 0 : size.bytes / size.hits;
  tally.begin('indexing hits', size.hits);
  for await (const marks of marksOf.erasedMarks()) await index.addErasedMarks(marks);
  const note = journey.notes.get(STEP);
  const noted = typeof note === 'string' ? note : undefined;
  for await (const { hits, after } of recordedHits(records, noted)) {
    signal.throwIfAborted();
    await index.put(hits).catch((error: unknown) => {
      // What no index takes as it is, the program sets aside as well; the check tells which.
      if (!isVigilError(error, 'poison')) throw error;
    });
    await noteStep(records, journey, STEP, after);
    tally.passed(hits.length, hits.length * share);
  }
}

export interface CheckedIndex {
  readonly hits: number;
  /** Ids of posts whose hit the index lacks or holds otherwise. */
  readonly faulty: readonly string[];
  /** How many it holds that are not recorded. */
  readonly surplus: number;
}

/** Compares every recorded hit with what the index holds of it. */
export async function checkIndex(
  records: PgDatabase,
  index: IndexContents,
  tally: Tally,
  signal: AbortSignal,
): Promise<CheckedIndex> {
  const size = await countRecordedHits(records);
  const share = size.hits === 0 ? 0 : size.bytes / size.hits;
  tally.begin('checking hits', size.hits);
  const erased = new Set<string>();
  for await (const marks of index.erasedMarks())
    for (const mark of marks) erased.add(mark.toString('base64'));
  let held = 0;
  const faulty: string[] = [];
  for await (const { hits } of recordedHits(records)) {
    signal.throwIfAborted();
    const kept = hits.filter(({ post }) => !erased.has(idHash(post.id).toString('base64')));
    const differing = await index.differing(kept);
    faulty.push(...differing.map(({ post }) => post.id));
    held += kept.length;
    tally.passed(hits.length, hits.length * share);
  }
  return { hits: held, faulty, surplus: Math.max(0, (await index.count()) - held) };
}

/** The next run fills the index from the beginning: what it holds already is put again, and changes nothing. */
export async function refillIndex(records: PgDatabase, journey: Journey): Promise<void> {
  await noteStep(records, journey, STEP, null);
}
