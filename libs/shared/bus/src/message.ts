import { VigilError, type Topic } from '@vigil/contracts';
import { EXCERPT_LENGTH } from './dead-letters.js';
import type { Message } from './message-bus.js';

/** Longest single message, in UTF-16 code units of its JSON: a post's longest text, every character escaped, and its fields. */
export const MAX_MESSAGE_LENGTH = 4 * 1024 ** 2;

/** One message as it stands in the log: the JSON of [key, value]. Throws `too-large`, or `bad-input` where it has no JSON. */
export function encodeMessage(key: string, value: unknown): string {
  let line: string;
  try {
    line = JSON.stringify([key, value]);
  } catch (error) {
    throw new VigilError('bad-input', 'a message must have a JSON form', { cause: error });
  }
  if (value === undefined)
    throw new VigilError('bad-input', 'a message must have a JSON form, and undefined has none');
  if (line.length > MAX_MESSAGE_LENGTH) {
    throw new VigilError(
      'too-large',
      `a message of ${line.length} characters: at most ${MAX_MESSAGE_LENGTH} are accepted`,
    );
  }
  return line;
}

export interface NewDeadLetter {
  readonly partition: number;
  readonly offset: bigint;
  readonly count: number;
  readonly key: string;
  readonly payload: Buffer;
  readonly reason: string;
}

/** The bytes kept of a message: what encodeMessage made, so that a replay publishes exactly it. */
export function payloadOf(key: string, value: unknown): Buffer {
  return Buffer.from(encodeMessage(key, value));
}

/** The message that `payloadOf` kept. Throws `bad-input` where it is none of this topic. */
export function messageOf<T>(topic: Topic<T>, payload: Buffer): Message<T> {
  const pair = parsed(payload);
  if (!Array.isArray(pair) || typeof pair[0] !== 'string') {
    throw new VigilError('bad-input', 'this dead letter cannot be decoded: it can only be discarded');
  }
  const value = topic.schema.safeParse(pair[1]);
  if (!value.success) {
    throw new VigilError(
      'bad-input',
      'this dead letter does not fit the schema of its topic: it can only be discarded',
    );
  }
  return { key: pair[0], value: value.data };
}

function parsed(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return null;
  }
}

/** Text of a payload for a person, null where the bytes are not text. */
export function excerptOf(payload: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true })
      .decode(payload, { stream: true })
      .slice(0, EXCERPT_LENGTH);
  } catch {
    return null;
  }
}
