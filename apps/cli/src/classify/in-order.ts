/**
 * What `work` makes of each item, in the order of the items, whichever is ready first. At most `most` are under way: the
 * next item is read when a result was taken, so that a slow reader slows the work and nothing piles up.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  most: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const underWay: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // A failure is met where its turn comes.
    result.catch(() => undefined);
    underWay.push(result);
    const first = underWay.length >= most ? underWay.shift() : undefined;
    if (first) yield await first;
  }
  for (const result of underWay) yield await result;
}
