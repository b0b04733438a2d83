import { z } from 'zod';
import type { Topic } from '@vigil/contracts';
import { eventually, withTestDatabase } from '@vigil/testing';
import type { Batch, Delivered } from '../message-bus.js';
import { PostgresBus, type PostgresBusOptions } from './postgres-bus.js';
import { quickTuning, testTelemetry } from './postgres-bus.fixture.js';
import { fairOwner } from './shares.js';

const Note = z.object({ n: z.number() });
type Note = z.infer<typeof Note>;

describe('PostgresBus over its tables', () => {
  const { db } = withTestDatabase();
  const buses: PostgresBus[] = [];
  let topics = 0;
  const aTopic = (): Topic<Note> => ({ name: `durable_${(topics += 1)}`, schema: Note });
  const aBus = (options: Partial<PostgresBusOptions> = {}): PostgresBus => {
    const bus = new PostgresBus(db(), testTelemetry(), {
      partitions: 4,
      transitDays: 7,
      transitMaxBytes: 1e12,
      tuning: quickTuning,
      ...options,
    });
    buses.push(bus);
    return bus;
  };
  const keeper = (): { seen: Delivered<Note>[]; handle: (batch: Batch<Note>) => Promise<void> } => {
    const seen: Delivered<Note>[] = [];
    return { seen, handle: async (batch) => void seen.push(...batch.messages) };
  };
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
  });

  test('many publishers to all partitions at once neither block each other for good nor share an offset', async () => {
    const topic = aTopic();
    const [one, two] = [aBus(), aBus()];
    const all = Array.from({ length: 400 }, (_, n) =>
      (n % 2 ? one : two).publish(
        topic,
        [0, 1, 2, 3, 4, 5].map((k) => ({ key: `k${k}`, value: { n } })),
      ),
    );
    await Promise.all(all);
    const rows = await db().query<{ base: string; count: number; partition: number }>(
      'SELECT base_offset::text AS base, count, partition FROM bus_log WHERE topic = $1 ORDER BY partition, base_offset',
      [topic.name],
    );
    const next = new Map<number, number>();
    for (const row of rows) {
      expect(Number(row.base)).toBe(next.get(row.partition) ?? 0);
      next.set(row.partition, Number(row.base) + row.count);
    }
    expect([...next.values()].reduce((sum, n) => sum + n, 0)).toBe(2_400);
  });

  test('a process that dies is succeeded at once, without waiting for its lease', async () => {
    const topic = aTopic();
    const patient = { ...quickTuning, leaseMs: 60_000 };
    await aBus({ tuning: { ...patient, beatMs: 3_600_000 } }).consume(topic, 'g', keeper());
    const dead = await db().query<{ pid: number }>(
      `SELECT pid FROM pg_locks l JOIN bus_consumer c ON l.objid = c.id::oid WHERE l.classid = 7318 AND c.topic = $1`,
      [topic.name],
    );
    expect(dead).toHaveLength(1);
    // What the kernel does for a killed process: its connection ends. The first bus, in this test, comes back and shares.
    await db().query('SELECT pg_terminate_backend($1)', [dead[0]?.pid]);
    const heir = keeper();
    const began = Date.now();
    const bus = aBus({ tuning: patient });
    await bus.consume(topic, 'g', heir);
    await eventually(async () => {
      await bus.publish(
        topic,
        Array.from({ length: 40 }, (_, n) => ({ key: `k${n}`, value: { n } })),
      );
      return heir.seen.length > 0;
    });
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  test('consumers go on after the server has ended every connection', async () => {
    const topic = aTopic();
    const [bus, kept] = [aBus(), keeper()];
    await bus.consume(topic, 'g', kept);
    await bus.publish(topic, [{ key: 'a', value: { n: 1 } }]);
    await eventually(() => kept.seen.length === 1);
    await db().query(
      'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await eventually(async () => {
      await bus.publish(topic, [{ key: 'a', value: { n: 2 } }]);
      return true;
    });
    await eventually(() => kept.seen.some((message) => message.value.n === 2));
  });

  test('what retention removed before it was read is skipped, counted and logged, not waited for', async () => {
    const topic = aTopic();
    const bus = aBus({ partitions: 1 });
    await bus.publish(
      topic,
      [0, 1, 2].map((n) => ({ key: 'a', value: { n } })),
    );
    await db().query('DELETE FROM bus_log WHERE topic = $1', [topic.name]);
    const kept = keeper();
    const consumer = await bus.consume(topic, 'g', kept);
    await bus.publish(topic, [{ key: 'a', value: { n: 3 } }]);
    await eventually(() => kept.seen.length === 1);
    expect(kept.seen[0]?.offset).toBe(3n);
    await eventually(async () => (await bus.lag(topic, 'g')).every((one) => one.behind === 0));
    await consumer.stop();
  });

  test('lag is right after a crash between a handler’s own offset and the copy of it', async () => {
    const topic = aTopic();
    const bus = aBus({ partitions: 1 });
    await bus.publish(
      topic,
      [0, 1, 2].map((n) => ({ key: 'a', value: { n } })),
    );
    const kept = keeper();
    await bus.consume(topic, 'g', { ...kept, resumeFrom: async () => new Map([[0, 3n]]) });
    await eventually(async () => (await bus.lag(topic, 'g')).every((one) => one.behind === 0));
    expect(kept.seen).toEqual([]);
  });

  test('a handler that never ends does not keep stop() from ending', async () => {
    const topic = aTopic();
    const bus = aBus({ tuning: { ...quickTuning, stopGraceMs: 200 } });
    let begun = false;
    const consumer = await bus.consume(topic, 'g', {
      handle: () => {
        begun = true;
        return new Promise<void>(() => undefined);
      },
    });
    await bus.publish(topic, [{ key: 'a', value: { n: 1 } }]);
    await eventually(() => begun);
    await consumer.stop();
    expect((await bus.lag(topic, 'g')).reduce((sum, one) => sum + one.behind, 0)).toBe(1);
  });

  test('messages written under another schema are checked, and what does not fit is set aside', async () => {
    const name = `durable_${(topics += 1)}`;
    const before: Topic<{ n: number | string }> = {
      name,
      schema: z.object({ n: z.union([z.number(), z.string()]) }),
    };
    await aBus().publish(
      before,
      [1, 'two', 3].map((n) => ({ key: 'a', value: { n } })),
    );
    const bus = aBus();
    const kept = keeper();
    await bus.consume({ name, schema: Note }, 'g', kept);
    await eventually(() => kept.seen.length === 2);
    await eventually(async () => (await bus.deadLetters.list(name, 'g')).length === 1);
    const [letter] = await bus.deadLetters.list(name, 'g');
    expect(letter).toMatchObject({ key: 'a', offset: '1', count: 1, excerpt: '["a",{"n":"two"}]' });
    expect(letter?.reason).toContain('n: ');
  });

  test('a damaged chunk is set aside whole, and what follows is read', async () => {
    const topic = aTopic();
    const bus = aBus();
    await bus.publish(
      topic,
      [1, 2].map((n) => ({ key: 'a', value: { n } })),
    );
    await db().query(`UPDATE bus_log SET payload = '\\x28b52ffd0011' WHERE topic = $1`, [topic.name]);
    await bus.publish(topic, [{ key: 'a', value: { n: 3 } }]);
    const kept = keeper();
    await bus.consume(topic, 'g', kept);
    await eventually(() => kept.seen.length === 1);
    expect(kept.seen.map((message) => message.value.n)).toEqual([3]);
    await eventually(async () =>
      (await bus.deadLetters.counts()).some((one) => one.topic === topic.name && one.count === 2),
    );
    const [letter] = await bus.deadLetters.list(topic.name, 'g');
    expect(letter?.excerpt).toBeNull();
    await expect(bus.deadLetters.replay(topic, 'g', [letter?.id ?? ''])).rejects.toMatchObject({
      code: 'bad-input',
    });
    expect(await bus.deadLetters.discard(topic.name, 'g', [letter?.id ?? ''])).toBe(1);
  });

  test('dead letters are replayed once their cause is mended, and are gone then', async () => {
    const topic = aTopic();
    const [bus, kept] = [aBus(), keeper()];
    let mended = false;
    await bus.consume(topic, 'g', {
      handle: async (batch) => {
        if (!mended && batch.messages.some((message) => message.value.n % 2 === 1)) throw new Error('odd');
        await kept.handle(batch);
      },
    });
    await bus.publish(
      topic,
      [0, 1, 2, 3].map((n) => ({ key: 'a\u0000', value: { n } })),
    );
    await eventually(async () => (await bus.deadLetters.list(topic.name, 'g')).length === 2);
    mended = true;
    const letters = await bus.deadLetters.list(topic.name, 'g');
    expect(letters.map((letter) => letter.offset)).toEqual(['3', '1']);
    expect(await bus.deadLetters.list(topic.name, 'g', { before: letters[0]?.id })).toHaveLength(1);
    expect(
      await bus.deadLetters.replay(
        topic,
        'g',
        letters.map((letter) => letter.id),
      ),
    ).toBe(2);
    await eventually(() => kept.seen.length === 4);
    expect(kept.seen.map((message) => message.value.n)).toEqual([0, 2, 1, 3]);
    expect(kept.seen.every((message) => message.key === 'a\u0000')).toBe(true);
    expect(await bus.deadLetters.counts()).not.toContainEqual(expect.objectContaining({ topic: topic.name }));
  });

  test('with the fault switched on offsets move before the effect', async () => {
    const topic = aTopic();
    const bus = aBus({ commitEarly: true });
    await bus.publish(topic, [{ key: 'a', value: { n: 1 } }]);
    let behind = -1;
    await bus.consume(topic, 'g', {
      handle: async () => {
        behind = (await bus.lag(topic, 'g')).reduce((sum, one) => sum + one.behind, 0);
      },
    });
    await eventually(() => behind === 0);
  });

  test('every process works out the same fair shares', () => {
    expect([0, 1, 2, 3, 4].map((partition) => fairOwner(partition, [9, 4]))).toEqual([4, 9, 4, 9, 4]);
    expect(fairOwner(0, [])).toBeUndefined();
  });
});
