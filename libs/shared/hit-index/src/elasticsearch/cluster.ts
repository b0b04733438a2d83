import type { Client } from '@elastic/elasticsearch';
import { engineFailure, refusalOf } from './failures.js';
import type { Names } from './schema.js';
import { Refresher } from './refresher.js';

/** The connection to a cluster, and what this process knows of its indices. */
export class Cluster {
  private readonly known = new Set<string>();
  private readonly refresher: Refresher;

  constructor(
    readonly client: Client,
    readonly names: Names,
    /** Host and port, for errors. */
    readonly address: string,
    readonly now: () => Date = () => new Date(),
  ) {
    this.refresher = new Refresher(async () => {
      await client.indices.refresh({
        index: names.everything,
        ignore_unavailable: true,
        allow_no_indices: true,
      });
    });
  }

  /** Resolves when everything written before the call can be searched. */
  refresh(): Promise<void> {
    return this.refresher.refresh();
  }

  /** Makes a month's index once; another process may have been first. */
  async ensureIndex(index: string): Promise<void> {
    if (this.known.has(index)) return;
    try {
      await this.client.indices.create({ index });
    } catch (error) {
      if (refusalOf(error).type !== 'resource_already_exists_exception') throw error;
    }
    this.known.add(index);
  }

  /** A dropped index is made again, with its mappings and alias, when a hit comes for it. */
  async dropIndex(index: string): Promise<void> {
    this.known.delete(index);
    await this.client.indices.delete({ index, ignore_unavailable: true });
  }

  /** Runs one operation of the port; every failure comes out as a VigilError that names the address. */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      throw engineFailure(error, this.address);
    }
  }
}
