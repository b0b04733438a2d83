import type { Topic } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import { RetainedLog, type PastRun, type Stretch } from '../retained-log.js';
import { fingerprint } from '../topic.js';
import { decodeChunk, readChunks } from './log-reader.js';
import { oldestStored } from './stored-log.js';

/** Any room gives one chunk: memory is bounded by the largest. */
const ONE_CHUNK = 1;

/** The tables of the log read again. Held by PostgresBus as `retained`. */
export class PostgresRetainedLog extends RetainedLog {
  constructor(private readonly database: Database) {
    super();
  }

  async stretches(topic: Topic<unknown>): Promise<Stretch[]> {
    const heads = await this.database.query<{ partition: number; head: string }>(
      'SELECT partition, next_offset::text AS head FROM bus_partition WHERE topic = $1 ORDER BY partition',
      [topic.name],
    );
    return Promise.all(
      heads.map(async ({ partition, head }) => {
        const to = BigInt(head);
        const from = await oldestStored(this.database, topic.name, partition, 0n);
        return { partition, from: from < to ? from : to, to };
      }),
    );
  }

  /** A chunk of each partition in turn, so that all come to an end at about the same time. */
  async read<T>(
    topic: Topic<T>,
    stretches: readonly Stretch[],
    take: (run: PastRun<T>) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const schema = fingerprint(topic.schema);
    let open = stretches.filter(({ from, to }) => from < to);
    while (open.length > 0) {
      const left: Stretch[] = [];
      for (const { partition, from, to } of open) {
        signal.throwIfAborted();
        const want = { partition, next: from, room: ONE_CHUNK, sinceMs: 0 };
        const [stored] = await readChunks(this.database, topic.name, [want]);
        if (!stored || stored.base >= to) continue;
        const chunk = await decodeChunk(topic, schema, stored, from);
        const messages = chunk.messages.filter(({ offset }) => offset < to);
        const next = chunk.next < to ? chunk.next : to;
        await take({ partition, messages, next });
        if (next < to) left.push({ partition, from: next, to });
      }
      open = left;
    }
    signal.throwIfAborted();
  }
}
