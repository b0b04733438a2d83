import { z } from 'zod';
import type { Topic } from '@vigil/contracts';
import type { MessageBus } from './message-bus.js';
import type { PastRun, RetainedLog } from './retained-log.js';

const Note = z.object({ n: z.number() });
type Note = z.infer<typeof Note>;

const KEYS = ['a', 'b', 'c', 'd', 'e'];
const EACH = 1_200;

let topics = 0;

/** What a log read again does on every engine. `open` gives a bus on the same log each time. */
export function retainedLogContract(open: () => MessageBus & { readonly retained: RetainedLog }): void {
  describe('the contract of a log read again', () => {
    let bus: ReturnType<typeof open>;
    let topic: Topic<Note>;
    const never = new AbortController().signal;

    beforeEach(() => {
      bus = open();
      topics += 1;
      topic = { name: `retained_${topics}`, schema: Note };
    });
    afterEach(() => bus.close());

    async function fill(from = 0): Promise<void> {
      for (const key of KEYS) {
        const messages = Array.from({ length: EACH }, (_, n) => ({ key, value: { n: from + n } }));
        await bus.publish(topic, messages);
      }
    }

    test('of a topic that was never used nothing is there', async () => {
      expect(await bus.retained.stretches(topic)).toEqual([]);
    });

    test('gives all of it in order, in bounded runs, and moves no group', async () => {
      await fill();
      const stretches = await bus.retained.stretches(topic);
      expect(stretches.reduce((sum, { from, to }) => sum + Number(to - from), 0)).toBe(KEYS.length * EACH);
      await fill(EACH);
      const seen = new Map<string, number[]>();
      const ends = new Map<number, bigint>();
      let longest = 0;
      await bus.retained.read(
        topic,
        stretches,
        async ({ partition, messages, next }) => {
          longest = Math.max(longest, messages.length);
          expect(next).toBeGreaterThan(ends.get(partition) ?? -1n);
          ends.set(partition, next);
          for (const { key, value } of messages) seen.set(key, [...(seen.get(key) ?? []), value.n]);
        },
        never,
      );
      const all = Array.from({ length: EACH }, (_, n) => n);
      expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(KEYS.map((key) => [key, all])));
      expect(longest).toBeLessThanOrEqual(1_000);
      for (const { partition, to, from } of stretches) if (from < to) expect(ends.get(partition)).toBe(to);
      expect((await bus.lag(topic, 'nobody')).reduce((sum, { behind }) => sum + behind, 0)).toBe(
        2 * KEYS.length * EACH,
      );
    }, 60_000);

    test('goes on where it stood', async () => {
      await fill();
      const [first] = (await bus.retained.stretches(topic)).filter(({ from, to }) => from < to);
      if (!first) throw new Error('nothing was published');
      const offsets: bigint[] = [];
      const keep = async ({ messages }: PastRun<Note>) =>
        void offsets.push(...messages.map(({ offset }) => offset));
      const middle = first.from + 700n;
      await bus.retained.read(topic, [{ ...first, from: middle }], keep, never);
      expect(offsets).toEqual(
        Array.from({ length: Number(first.to - middle) }, (_, at) => middle + BigInt(at)),
      );
    }, 60_000);

    test('ends with what its reader throws, and when it is told to', async () => {
      await fill();
      const stretches = await bus.retained.stretches(topic);
      const broken = bus.retained.read(topic, stretches, () => Promise.reject(new Error('full')), never);
      await expect(broken).rejects.toThrow('full');
      const stop = new AbortController();
      let runs = 0;
      const stopped = bus.retained.read(
        topic,
        stretches,
        async () => {
          runs += 1;
          stop.abort(new Error('no longer wanted'));
        },
        stop.signal,
      );
      await expect(stopped).rejects.toThrow('no longer wanted');
      expect(runs).toBe(1);
    }, 60_000);
  });
}
