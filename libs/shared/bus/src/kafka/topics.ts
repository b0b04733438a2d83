import { VigilError } from '@vigil/contracts';
import kafkajs from 'kafkajs';
import type { Telemetry } from '@vigil/telemetry';
import { fingerprint, type AnyTopic, type KnownTopic } from '../topic.js';
import { partitioner } from '../partitioner.js';
import type { Administration } from './connection.js';

export interface TopicOptions {
  /** Before every name of ours on the brokers: several programs may share them. */
  readonly prefix: string;
  /** Partitions of a topic when it is first made. */
  readonly partitions: number;
  /** Copies of each partition; null takes three, or as many as there are brokers. */
  readonly replication: number | null;
  readonly transitDays: number;
  /** Of one topic, all its partitions together. */
  readonly transitMaxBytes: number;
}

/** Most bytes of one record batch: 4 Mi characters of 3 bytes each, and the records' own fields. */
const MAX_BATCH_BYTES = 16 * 1024 ** 2;
const DAY_MS = 86_400_000;
const NAME = /^[a-z][a-z0-9_]{0,49}$/;

/** A topic of ours and its name on the brokers. */
export interface KafkaTopic extends KnownTopic {
  readonly remote: string;
}

/** Topics by name; one that the brokers lack is made, with the partitions, copies and retention of the settings. */
export class KafkaTopics {
  readonly #known = new Map<string, Promise<KafkaTopic>>();
  readonly #letters = new Map<string, Promise<string>>();

  constructor(
    private readonly administration: Administration,
    private readonly options: TopicOptions,
    private readonly log: Telemetry['log'],
  ) {}

  /** Throws `bad-input` for a name that is none, `engine-misconfigured` where the brokers refuse to make it. */
  get(topic: AnyTopic): Promise<KafkaTopic> {
    return remembered(this.#known, topic.name, async () => {
      checkName(topic.name, 'topic');
      const { partitions, transitDays, transitMaxBytes } = this.options;
      const remote = this.remote(topic.name);
      const count = await this.#ensure(remote, partitions, {
        'cleanup.policy': 'delete',
        'retention.ms': String(transitDays * DAY_MS),
        'retention.bytes': String(Math.floor(transitMaxBytes / partitions)),
        // Whole segments are removed: a few per retention time keep the log near its bounds.
        'segment.ms': String(Math.max(3_600_000, (transitDays * DAY_MS) / 8)),
      });
      return {
        name: topic.name,
        remote,
        partitions: count,
        partitionOf: partitioner(count),
        schema: fingerprint(topic.schema),
      };
    });
  }

  /** The brokers say that they have no such topic: it is made anew when it is next used. */
  forget(topic: string): void {
    this.#known.delete(topic);
  }

  /** The topic that holds what a group has set aside: one partition, the newest record of a key counts. */
  letters(topic: string, group: string): Promise<string> {
    const remote = this.lettersName(topic, group);
    return remembered(this.#letters, remote, async () => {
      await this.#ensure(remote, 1, {
        'cleanup.policy': 'compact,delete',
        'retention.ms': String(this.options.transitDays * DAY_MS),
      });
      return remote;
    });
  }

  remote(topic: string): string {
    return `${this.options.prefix}${topic}`;
  }

  lettersName(topic: string, group: string): string {
    return `${this.remote(topic)}.${group}.dead-letter`;
  }

  /** Topic and group whose dead letters a topic of the brokers holds; null where it holds none of ours. */
  lettersOf(remote: string): { topic: string; group: string } | null {
    if (!remote.startsWith(this.options.prefix)) return null;
    const [topic, group, kind, ...more] = remote.slice(this.options.prefix.length).split('.');
    if (topic === undefined || group === undefined || kind !== 'dead-letter' || more.length > 0) return null;
    return { topic, group };
  }

  groupId(topic: string, group: string): string {
    checkName(group, 'group');
    return `${this.remote(topic)}.${group}`;
  }

  /** Whether the brokers have the topic. */
  async exists(remote: string): Promise<boolean> {
    const names = await this.administration.ask('topics cannot be listed', (admin) => admin.listTopics());
    return names.includes(remote);
  }

  /** Makes the topic or takes it as it is. Returns its partitions. */
  async #ensure(remote: string, partitions: number, settings: Record<string, string>): Promise<number> {
    if (!(await this.exists(remote))) await this.#create(remote, partitions, settings);
    const [metadata] = await this.administration.ask(`topic ${remote} cannot be looked at`, async (admin) => {
      const found = await admin.fetchTopicMetadata({ topics: [remote] });
      return found.topics;
    });
    const count = metadata?.partitions.length ?? partitions;
    await this.#renew(remote, settings);
    return count;
  }

  async #create(remote: string, numPartitions: number, settings: Record<string, string>): Promise<void> {
    await this.administration.ask(`topic ${remote} cannot be made`, async (admin) => {
      const { brokers } = await admin.describeCluster();
      const replicationFactor = this.options.replication ?? Math.min(3, brokers.length);
      const config = {
        ...settings,
        'max.message.bytes': String(MAX_BATCH_BYTES),
        // What others write with a codec that kafkajs lacks is repacked by the brokers; ours is left as it is.
        'compression.type': 'zstd',
        // One copy may be missing and what is acknowledged still stands on two.
        ...(replicationFactor >= 3 ? { 'min.insync.replicas': '2' } : {}),
      };
      const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
      // False where another process made it first.
      await admin.createTopics({
        topics: [{ topic: remote, numPartitions, replicationFactor, configEntries }],
        waitForLeaders: true,
      });
    });
  }

  /** Brings the retention of a topic that was there before to what the settings say now. Not worth a refusal to start. */
  async #renew(remote: string, settings: Record<string, string>): Promise<void> {
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    try {
      await this.administration.ask('settings of a topic', async (admin) => {
        const { resources } = await admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type, name: remote }],
        });
        const current = resources.flatMap((one) => one.configEntries);
        const valueOf = (name: string) => current.find((one) => one.configName === name)?.configValue;
        if (Object.entries(settings).every(([name, value]) => valueOf(name) === value)) return;
        // The request replaces all: what was set on the topic itself is sent again.
        const kept = current
          .filter(
            (one) => one.configSource === kafkajs.ConfigSource.TOPIC_CONFIG && !(one.configName in settings),
          )
          .map(({ configName: name, configValue: value }) => ({ name, value }));
        const wanted = Object.entries(settings).map(([name, value]) => ({ name, value }));
        await admin.alterConfigs({
          validateOnly: false,
          resources: [{ type, name: remote, configEntries: [...kept, ...wanted] }],
        });
      });
    } catch (error) {
      this.log.warn(
        { topic: remote, reason: error instanceof Error ? error.message : String(error) },
        'bus: the retention of a topic could not be brought to the settings',
      );
    }
  }
}

function checkName(name: string, what: string): void {
  if (NAME.test(name)) return;
  throw new VigilError(
    'bad-input',
    `${what} ${JSON.stringify(name)}: 1 to 50 lower-case letters, digits and _`,
  );
}

function remembered<V>(cache: Map<string, Promise<V>>, key: string, make: () => Promise<V>): Promise<V> {
  const known = cache.get(key);
  if (known) return known;
  const made = make();
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  return made;
}
