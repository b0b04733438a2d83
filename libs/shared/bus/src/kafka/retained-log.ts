import { randomUUID } from 'node:crypto';
import { VigilError, type Topic } from '@vigil/contracts';
import type kafkajs from 'kafkajs';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { RetainedLog, type PastRun, type Stretch } from '../retained-log.js';
import { CLOSE_MS, type Administration } from './connection.js';
import { translated } from './failures.js';
import { boundsOf } from './positions.js';
import { decodeRun, runsOf } from './records.js';
import type { KafkaTopics } from './topics.js';
import { within } from './within.js';

/** One run, as a chunk of the log in PostgreSQL. */
const RUN_MESSAGES = 1_000;
const RUN_BYTES = 1024 ** 2;
/** One fetch, all partitions together, and what is held in memory. */
const FETCH_BYTES = 4 * 1024 ** 2;
/** A run may take long: whoever reads the past is in no hurry. */
const SESSION_MS = 60_000;
/** Nothing given for so long means that the brokers are away, or hold the rest back. */
const SILENT_MS = 30_000;

interface Port {
  readonly kafka: kafkajs.Kafka;
  readonly administration: Administration;
  readonly topics: KafkaTopics;
}

/** Topics of the brokers read again. kafkajs reads through groups alone: one is made for it and deleted after. */
export class KafkaRetainedLog extends RetainedLog {
  constructor(private readonly port: Port) {
    super();
  }

  async stretches(topic: Topic<unknown>): Promise<Stretch[]> {
    const { administration, topics } = this.port;
    const remote = topics.remote(topic.name);
    if (!(await topics.exists(remote))) return [];
    const bounds = await boundsOf(administration, remote);
    return [...bounds]
      .toSorted(([one], [other]) => one - other)
      .map(([partition, { low, high }]) => ({ partition, from: low, to: high }));
  }

  async read<T>(
    topic: Topic<T>,
    stretches: readonly Stretch[],
    take: (run: PastRun<T>) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const { kafka, administration, topics } = this.port;
    const known = await topics.get(topic);
    const bounds = await boundsOf(administration, known.remote);
    // What retention has removed has no offset to go to.
    const open = new Map<number, { next: bigint; to: bigint }>(
      stretches.flatMap(({ partition, from, to }) => {
        const low = bounds.get(partition)?.low ?? to;
        const next = from < low ? low : from;
        return next < to ? [[partition, { next, to }] as const] : [];
      }),
    );
    if (open.size === 0) return;
    const groupId = `${known.remote}.past-${randomUUID()}`;
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: SESSION_MS,
      maxBytes: FETCH_BYTES,
      maxBytesPerPartition: RUN_BYTES,
      allowAutoTopicCreation: false,
      retry: { retries: 3, restartOnFailure: async () => false },
    });
    const end = Promise.withResolvers<void>();
    const stop = (): void => end.reject(signal.reason);
    signal.addEventListener('abort', stop);
    let heardAt = performance.now();
    let ended = false;
    const watch = setInterval(() => {
      if (performance.now() - heardAt < SILENT_MS) return;
      const why = `nothing of ${topic.name} was given for ${SILENT_MS} ms`;
      end.reject(new VigilError('engine-unavailable', why, { retriable: true }));
    }, SILENT_MS / 10).unref();
    const moved = (partition: number, next: bigint): void => {
      heardAt = performance.now();
      const place = open.get(partition);
      if (place && next < place.to) place.next = next;
      else open.delete(partition);
      if (open.size === 0) end.resolve();
    };
    consumer.on(consumer.events.CRASH, ({ payload }) =>
      end.reject(translated(payload.error, `${topic.name} cannot be read`)),
    );
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      const partitions = payload.memberAssignment[known.remote] ?? [];
      for (const partition of partitions) {
        const place = open.get(partition);
        if (place) consumer.seek({ topic: known.remote, partition, offset: String(place.next) });
        else consumer.pause([{ topic: known.remote, partitions: [partition] }]);
      }
    });
    // Also where what is left is marks of transactions and no batch is ever given: then the end is seen here alone.
    consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) moved(payload.partition, BigInt(payload.lastOffset) + 1n);
    });
    const eachBatch = async ({ batch, heartbeat }: EachBatchPayload): Promise<void> => {
      const { partition } = batch;
      for (const records of runsOf(batch.messages, RUN_MESSAGES, RUN_BYTES)) {
        const place = open.get(partition);
        if (ended || !place) break;
        const run = decodeRun(topic, known.schema, records, place.next);
        const messages = run.messages.filter(({ offset }) => offset < place.to);
        const next = run.next < place.to ? run.next : place.to;
        try {
          await take({ partition, messages, next });
        } catch (error) {
          ended = true;
          end.reject(error);
          return;
        }
        moved(partition, next);
        await heartbeat();
      }
      if (!ended) moved(partition, BigInt(batch.lastOffset()) + 1n);
      if (!open.has(partition)) consumer.pause([{ topic: known.remote, partitions: [partition] }]);
    };
    try {
      run(consumer, known.remote, eachBatch).catch((error: unknown) =>
        end.reject(translated(error, `${topic.name} cannot be read`)),
      );
      await end.promise;
    } finally {
      ended = true;
      clearInterval(watch);
      signal.removeEventListener('abort', stop);
      await within(CLOSE_MS, 'closing', consumer.disconnect()).catch(() => undefined);
      // A group without members is removed by the brokers in time as well.
      await administration
        .ask('a group cannot be deleted', (admin) => admin.deleteGroups([groupId]))
        .catch(() => undefined);
    }
  }
}

async function run(
  consumer: Consumer,
  remote: string,
  eachBatch: (payload: EachBatchPayload) => Promise<void>,
): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: [remote], fromBeginning: true });
  await consumer.run({ autoCommit: false, eachBatch });
}
