import type { Topic } from '@vigil/contracts';
import type { KafkaMessage } from 'kafkajs';
import type { Delivered } from '../message-bus.js';
import type { NewDeadLetter } from '../message.js';

/** A run of records of one partition, decoded. */
export interface Run<T> {
  readonly messages: Delivered<T>[];
  readonly undecodable: Omit<NewDeadLetter, 'partition'>[];
  /** Offset after its last record. */
  readonly next: bigint;
  /** When its first record was published: milliseconds since the epoch. */
  readonly publishedAtMs: number;
}

/** Splits fetched records into runs within a batch's bounds; one record is a run in any case. */
export function* runsOf(
  records: readonly KafkaMessage[],
  maxMessages: number,
  maxBytes: number,
): Generator<KafkaMessage[]> {
  let run: KafkaMessage[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.value?.length ?? 0;
    if (run.length >= maxMessages || (run.length > 0 && bytes + size > maxBytes)) {
      yield run;
      run = [];
      bytes = 0;
    }
    run.push(record);
    bytes += size;
  }
  if (run.length > 0) yield run;
}

/**
 * Decodes records from `from` on. One written under the schema that we have is taken as it is, as it was checked when it was
 * written; others are parsed with it. What is not ours or does not fit is undecodable.
 */
export function decodeRun<T>(
  topic: Topic<T>,
  schema: string,
  records: readonly KafkaMessage[],
  from: bigint,
): Run<T> {
  const messages: Delivered<T>[] = [];
  const undecodable: Run<T>['undecodable'] = [];
  let next = from;
  for (const record of records) {
    const offset = BigInt(record.offset);
    if (offset < from) continue;
    next = offset + 1n;
    const payload = record.value ?? Buffer.alloc(0);
    const refuse = (key: string, reason: string) =>
      undecodable.push({ offset, count: 1, key, payload, reason });
    const pair = pairOf(payload);
    if (!pair) refuse(record.key?.toString() ?? '', 'not the JSON of [key, value]');
    else if (header(record, 'schema') === schema)
      messages.push({ key: pair[0], value: pair[1] as T, offset });
    else {
      const result = topic.schema.safeParse(pair[1]);
      if (result.success) messages.push({ key: pair[0], value: result.data, offset });
      else {
        const [issue] = result.error.issues;
        const where = issue?.path.map(String).join('.');
        refuse(pair[0], `does not fit the schema of topic ${topic.name}: ${where}: ${issue?.message}`);
      }
    }
  }
  return { messages, undecodable, next, publishedAtMs: Number(records[0]?.timestamp ?? 0) };
}

function pairOf(payload: Buffer): [string, unknown] | null {
  try {
    const pair: unknown = JSON.parse(payload.toString());
    if (Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string') return [pair[0], pair[1]];
  } catch {
    // V8's message repeats the text: the caller says what is wrong without it.
  }
  return null;
}

/** A header as text; empty where it is missing. */
export function header(record: KafkaMessage, name: string): string {
  const value = record.headers?.[name];
  const [one] = Array.isArray(value) ? value : [value];
  return one?.toString() ?? '';
}
