import type { KafkaMessage } from 'kafkajs';
import { z } from 'zod';
import { fingerprint } from '../topic.js';
import { startsOf } from './positions.js';
import { decodeRun, runsOf } from './records.js';

const topic = { name: 'notes', schema: z.object({ n: z.number() }) };
const schema = fingerprint(topic.schema);

function aRecord(offset: number, value: string | null, under = schema): KafkaMessage {
  return {
    offset: String(offset),
    key: Buffer.from('k'),
    value: value === null ? null : Buffer.from(value),
    timestamp: '1000',
    attributes: 0,
    headers: { schema: under },
  };
}

describe('records', () => {
  test('are given as messages, from where the consumer stands', () => {
    const run = decodeRun(topic, schema, [aRecord(4, '["k",{"n":1}]'), aRecord(5, '["k",{"n":2}]')], 5n);
    expect(run.messages).toEqual([{ key: 'k', value: { n: 2 }, offset: 5n }]);
    expect(run.next).toBe(6n);
    expect(run.publishedAtMs).toBe(1_000);
  });

  test('that are none of ours are undecodable, whatever they hold, and their text stays out of the reason', () => {
    const strange = ['not JSON at all', '{}', '["k"]', '[1,{"n":1}]', null];
    const run = decodeRun(
      topic,
      schema,
      strange.map((value, i) => aRecord(i, value)),
      0n,
    );
    expect(run.messages).toEqual([]);
    expect(run.undecodable.map((one) => one.offset)).toEqual([0n, 1n, 2n, 3n, 4n]);
    expect(new Set(run.undecodable.map((one) => one.reason))).toEqual(
      new Set(['not the JSON of [key, value]']),
    );
    expect(run.next).toBe(5n);
  });

  test('written under another schema are checked with ours', () => {
    const run = decodeRun(
      topic,
      schema,
      [aRecord(0, '["k",{"n":1}]', 'old'), aRecord(1, '["k",{"n":"x"}]', 'old')],
      0n,
    );
    expect(run.messages.map((one) => one.offset)).toEqual([0n]);
    expect(run.undecodable[0]?.reason).toContain('does not fit the schema of topic notes: n:');
  });

  test('are split by number and by size, and none is left out', () => {
    const records = Array.from({ length: 10 }, (_, i) => aRecord(i, 'x'.repeat(100)));
    const sizes = (most: number, bytes: number) => [...runsOf(records, most, bytes)].map((run) => run.length);
    expect(sizes(4, 1e9)).toEqual([4, 4, 2]);
    expect(sizes(100, 250)).toEqual([2, 2, 2, 2, 2]);
    expect(sizes(100, 10)).toEqual(Array(10).fill(1));
  });
});

describe('where a consumer goes on', () => {
  const bounds = new Map([[0, { low: 10n, high: 20n }]]);

  test('is what the group committed, else the oldest record', () => {
    expect(startsOf([0], null, new Map([[0, 15n]]), bounds)).toMatchObject([{ position: 15n, read: 15n }]);
    expect(startsOf([0], null, new Map(), bounds)).toMatchObject([{ position: 10n, read: 10n }]);
  });

  test('is what the handler keeps, whatever was committed', () => {
    const start = startsOf([0], new Map([[0, 12n]]), new Map([[0, 15n]]), bounds);
    expect(start).toEqual([{ partition: 0, position: 12n, read: 12n, committed: 15n }]);
  });

  test('lies within the log, though the handler stands elsewhere', () => {
    expect(startsOf([0], new Map(), new Map(), bounds)).toMatchObject([{ position: 0n, read: 10n }]);
    expect(startsOf([0], new Map([[0, 99n]]), new Map(), bounds)).toMatchObject([
      { position: 99n, read: 20n },
    ]);
  });
});
