import { inOrder } from './in-order.js';

describe('inOrder', () => {
  test('gives results in the order of their items, whichever is ready first', async () => {
    const ready = new Map<number, () => void>();
    const work = (item: number) => new Promise<number>((resolve) => ready.set(item, () => resolve(item)));
    const results = inOrder(from([1, 2, 3]), 3, work);
    const all = collect(results);
    for (const item of [3, 2, 1]) {
      while (!ready.has(item)) await Promise.resolve();
      ready.get(item)?.();
    }
    expect(await all).toEqual([1, 2, 3]);
  });

  test('reads no further than it has room for', async () => {
    const read: number[] = [];
    async function* items() {
      for (let item = 0; item < 100; item++) {
        read.push(item);
        yield item;
      }
    }
    const results = inOrder(items(), 4, async (item) => item);
    await results.next();
    expect(read).toEqual([0, 1, 2, 3]);
    await results.next();
    expect(read).toEqual([0, 1, 2, 3, 4]);
  });

  test('meets a failure where its turn comes', async () => {
    const results = inOrder(from([1, 2]), 2, async (item) => {
      if (item === 2) throw new Error('lost');
      return item;
    });
    expect((await results.next()).value).toBe(1);
    await expect(results.next()).rejects.toThrow('lost');
  });
});

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const result of results) collected.push(result);
  return collected;
}

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
