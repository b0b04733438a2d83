import { VigilError } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import { partitioner } from '../partitioner.js';
import { fingerprint, type AnyTopic, type KnownTopic } from '../topic.js';

/** Topics by name; a topic is made when it is first used, with the partition count of the settings. */
export class Topics {
  readonly #known = new Map<string, Promise<KnownTopic>>();

  constructor(
    private readonly database: Database,
    private readonly defaultPartitions: number,
  ) {}

  async get(topic: AnyTopic): Promise<KnownTopic> {
    const known = this.#known.get(topic.name);
    if (known) return known;
    const made = this.#make(topic);
    this.#known.set(topic.name, made);
    made.catch(() => this.#known.delete(topic.name));
    return made;
  }

  async #make(topic: AnyTopic): Promise<KnownTopic> {
    // It becomes part of a channel's name, whose length PostgreSQL bounds at 63 bytes.
    if (!/^[a-z][a-z0-9_]{0,49}$/.test(topic.name)) {
      throw new VigilError(
        'bad-input',
        `topic ${JSON.stringify(topic.name)}: 1 to 50 lower-case letters, digits and _`,
      );
    }
    const partitions = await this.database.transaction(async (tx) => {
      await tx.query('INSERT INTO bus_topic (name, partitions) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        topic.name,
        this.defaultPartitions,
      ]);
      const [row] = await tx.query<{ partitions: number }>(
        'SELECT partitions FROM bus_topic WHERE name = $1',
        [topic.name],
      );
      const count = row?.partitions ?? this.defaultPartitions;
      await tx.query(
        'INSERT INTO bus_partition (topic, partition) SELECT $1, generate_series(0, $2::int - 1) ON CONFLICT DO NOTHING',
        [topic.name, count],
      );
      return count;
    });
    return {
      name: topic.name,
      partitions,
      partitionOf: partitioner(partitions),
      schema: fingerprint(topic.schema),
    };
  }
}
