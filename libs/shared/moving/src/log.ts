import {
  oldestStored,
  storedDeadLetters,
  storedMessages,
  storedTopics,
  type StoredDeadLetter,
} from '@vigil/bus';
import type { ReceivingLog } from '@vigil/bus/kafka';
import { VigilError } from '@vigil/contracts';
import type { PgDatabase, Transaction } from '@vigil/database';
import { describe, firstNeeded, translate, type OldPositions, type TopicPositions } from './log-positions.js';
import type { Tally } from './progress.js';
import { noteStep, type Journey } from './state.js';

const STEP = 'log';
/** Dead letters sent together. */
const LETTERS = 100;

/** The group that keeps its offsets itself, with their effect, in a table of the records; the log's copy may be behind. */
export const KEEPS_ITS_OWN = { topic: 'verdicts', group: 'alerts', table: 'alerts_offset' } as const;

/** Who reads what. */
export const FLOWS = [
  { topic: 'posts', group: 'classifier' },
  { topic: 'verdicts', group: 'alerts' },
] as const;

/** What of the log in PostgreSQL is to be moved, and where everyone goes on then. */
export async function positionsOf(database: PgDatabase): Promise<TopicPositions[]> {
  const own = await database.query<{ partition: number; next: string }>(
    `SELECT partition, next::text FROM ${KEEPS_ITS_OWN.table}`,
  );
  const topics: TopicPositions[] = [];
  for (const stored of await storedTopics(database)) {
    const topic = stored.name === KEEPS_ITS_OWN.topic ? withOwn(stored, own) : stored;
    const needed = firstNeeded(topic);
    const oldest = await Promise.all(
      needed.map((from, partition) => oldestStored(database, topic.name, partition, from)),
    );
    topics.push(translate(topic, oldest));
  }
  return topics;
}

function withOwn(topic: OldPositions, own: readonly { partition: number; next: string }[]): OldPositions {
  const positions = topic.heads.map((_, partition) =>
    BigInt(own.find((one) => one.partition === partition)?.next ?? 0),
  );
  return { ...topic, groups: new Map([...topic.groups, [KEEPS_ITS_OWN.group, positions]]) };
}

export function messagesIn(topics: readonly TopicPositions[]): number {
  return Number(topics.flatMap(({ counts }) => counts).reduce((sum, one) => sum + one, 0n));
}

/**
 * Copies the messages that some group has not read, in order and partition by partition. The target's own ends tell how
 * many it has: a killed copy goes on behind the last one that the brokers have acknowledged.
 */
export async function copyLog(
  from: PgDatabase,
  records: PgDatabase,
  to: ReceivingLog,
  journey: Journey,
  tally: Tally,
  signal: AbortSignal,
): Promise<TopicPositions[]> {
  const topics = await positionsOf(from);
  const noted = journey.notes.get(STEP);
  if (noted !== undefined && noted !== null && noted !== describe(topics)) {
    throw new VigilError(
      'conflict',
      'the log of the source has changed since this move began: it was started meanwhile. Empty the target (database, topics, index) and begin anew.',
    );
  }
  await noteStep(records, journey, STEP, describe(topics));
  tally.begin('copying the log', messagesIn(topics));
  for (const { name, bases, counts } of topics) {
    const ends = await to.ends(name, bases.length);
    const writer = await to.open(name, bases.length);
    try {
      for (const [partition, base] of bases.entries()) {
        const [count, there] = [counts[partition] ?? 0n, ends[partition] ?? 0n];
        if (there > count) throw strange(name, partition);
        tally.passed(Number(there), 0);
        for await (const { messages } of storedMessages(from, name, partition, base + there)) {
          signal.throwIfAborted();
          await writer.append(partition, messages);
          tally.passed(messages.length, 0);
        }
      }
    } finally {
      await writer.close();
    }
  }
  await copyDeadLetters(from, to);
  return topics;
}

/**
 * A letter names the offset of the log that it was in, which the new log gives to another message: it becomes negative
 * (-1 for 0, and so on), so that neither can take the other's place.
 */
async function copyDeadLetters(from: PgDatabase, to: ReceivingLog): Promise<void> {
  let letters: StoredDeadLetter[] = [];
  const flush = async (): Promise<void> => {
    for (const [, of] of Map.groupBy(letters, ({ topic, group }) => `${topic} ${group}`)) {
      const [first] = of;
      if (first)
        await to.setAside(
          first.topic,
          first.group,
          of.map((one) => ({ ...one, offset: -1n - one.offset })),
        );
    }
    letters = [];
  };
  for await (const letter of storedDeadLetters(from)) {
    letters.push(letter);
    if (letters.length === LETTERS) await flush();
  }
  await flush();
}

/** The faults of a copied log: partitions whose end is not where it must be. */
export async function checkLog(to: ReceivingLog, topics: readonly TopicPositions[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { name, counts } of topics) {
    const ends = await to.ends(name, counts.length);
    for (const [partition, count] of counts.entries())
      if (ends[partition] !== count)
        faults.push(`log ${name}/${partition}: ${ends[partition]} messages, and ${count} were to be moved`);
  }
  return faults;
}

/** Lets every group go on where it stood: those the log keeps at the brokers, and the one that keeps its own in the records. */
export async function setPositions(
  to: ReceivingLog | null,
  tx: Transaction,
  topics: readonly TopicPositions[],
): Promise<void> {
  await tx.query(`DELETE FROM ${KEEPS_ITS_OWN.table}`);
  for (const { name, groups } of topics) {
    for (const [group, positions] of groups) {
      await to?.setPositions(name, group, positions);
      if (name !== KEEPS_ITS_OWN.topic || group !== KEEPS_ITS_OWN.group) continue;
      await tx.query(
        `INSERT INTO ${KEEPS_ITS_OWN.table} (partition, next)
         SELECT place - 1, next FROM unnest($1::bigint[]) WITH ORDINALITY AS own (next, place)`,
        [positions.map(String)],
      );
    }
  }
}

function strange(topic: string, partition: number): VigilError {
  return new VigilError(
    'conflict',
    `the topic ${topic} (partition ${partition}) holds more than this move has put there: a program has written to it. Delete the topics of the prefix and run the command again.`,
  );
}
