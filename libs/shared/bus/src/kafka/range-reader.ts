import { randomUUID } from 'node:crypto';
import { VigilError } from '@vigil/contracts';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { CLOSE_MS, type Administration } from './connection.js';
import { translated } from './failures.js';
import { within } from './within.js';

const MAX_WAIT_MS = 20_000;

/**
 * Reads the only partition of a topic from `from` to before `to`. kafkajs reads through groups alone: one is made for the
 * reading and deleted after it. Throws `engine-unavailable`, retriable, where it takes longer than 20 s.
 */
export async function readRange(
  kafka: kafkajs.Kafka,
  administration: Administration,
  topic: string,
  range: { from: bigint; to: bigint },
  take: (record: KafkaMessage) => void,
): Promise<void> {
  if (range.from >= range.to) return;
  const groupId = `${topic}.look-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 100,
    sessionTimeout: 10_000,
    allowAutoTopicCreation: false,
    retry: { retries: 3, restartOnFailure: async () => false },
  });
  const end = Promise.withResolvers<void>();
  const late = setTimeout(() => {
    end.reject(
      new VigilError('engine-unavailable', `${topic} could not be read within ${MAX_WAIT_MS} ms`, {
        retriable: true,
      }),
    );
  }, MAX_WAIT_MS);
  let ended = false;
  consumer.on(consumer.events.CRASH, ({ payload }) =>
    end.reject(translated(payload.error, `${topic} cannot be read`)),
  );
  consumer.on(consumer.events.GROUP_JOIN, () =>
    consumer.seek({ topic, partition: 0, offset: String(range.from) }),
  );
  // Also where what is left was compacted away and no batch is ever given: then the end is seen here alone.
  consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0 && BigInt(payload.lastOffset) + 1n >= range.to) end.resolve();
  });
  try {
    const run = (): Promise<void> =>
      consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          for (const record of batch.messages) {
            const offset = BigInt(record.offset);
            if (!ended && offset >= range.from && offset < range.to) take(record);
          }
          if (BigInt(batch.lastOffset()) + 1n >= range.to) {
            ended = true;
            end.resolve();
          }
        },
      });
    void consumer
      .connect()
      .then(() => consumer.subscribe({ topics: [topic], fromBeginning: true }))
      .then(run)
      .catch(end.reject);
    await end.promise;
  } catch (error) {
    throw translated(error, `${topic} cannot be read`);
  } finally {
    clearTimeout(late);
    await within(CLOSE_MS, 'closing', consumer.disconnect()).catch(() => undefined);
    // A group without members is removed by the brokers in time as well.
    await administration
      .ask('a group cannot be deleted', (admin) => admin.deleteGroups([groupId]))
      .catch(() => undefined);
  }
}
