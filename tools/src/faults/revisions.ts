import type { Cluster } from './cluster.js';
import { documents, records } from './stored.js';

const LOOK_EVERY_MS = 3_000;

/** Looks at the revisions of all hits all the time, in both stores: an older one after a newer is remembered. */
export class Revisions {
  readonly regressed = new Set<string>();
  readonly #newest = { index: new Map<string, number>(), records: new Map<string, number>() };
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();

  constructor(private readonly cluster: Pick<Cluster, 'ask' | 'elasticsearch'>) {}

  start(): void {
    this.#timer = setTimeout(() => {
      this.#looking = this.look().finally(() => {
        if (this.#timer !== null) this.start();
      });
    }, LOOK_EVERY_MS);
  }

  /** One look; a store that is away is left out. */
  async look(): Promise<void> {
    const { ask, elasticsearch } = this.cluster;
    const inIndex = await documents(elasticsearch).catch(() => []);
    this.note(
      'index',
      inIndex.map(({ id, revision }) => [id, revision]),
    );
    this.note('records', await records(ask).catch(() => []));
  }

  note(store: 'index' | 'records', seen: Iterable<readonly [string, number]>): void {
    const newest = this.#newest[store];
    for (const [id, revision] of seen) {
      const before = newest.get(id) ?? revision;
      if (revision < before) this.regressed.add(id);
      newest.set(id, Math.max(before, revision));
    }
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#looking;
  }
}
