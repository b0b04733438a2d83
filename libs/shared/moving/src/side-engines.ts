import type { ReceivingLog } from '@vigil/bus/kafka';
import type { Settings } from '@vigil/config';
import type { PgDatabase } from '@vigil/database';
import type { ListedEvidenceStore } from '@vigil/evidence';
import type { IndexContents } from '@vigil/hit-index';
import { kafkaOptions, openEvidence, openHitIndex } from '@vigil/runtime/engines';
import type { Telemetry } from '@vigil/telemetry';
import { z } from 'zod';
import { FLOWS } from './log.js';
import { named, type Side } from './side.js';

/** The engines of a side beside its records, opened when they are first needed and closed together. */
export class SideEngines {
  readonly #opened: { close(): Promise<void> }[] = [];
  #evidence: Promise<ListedEvidenceStore> | null = null;
  #hits: Promise<IndexContents> | null = null;
  #log: Promise<ReceivingLog> | null = null;

  constructor(
    private readonly side: Side,
    private readonly telemetry: Telemetry,
  ) {}

  evidence(): Promise<ListedEvidenceStore> {
    return (this.#evidence ??= this.#open((settings) => openEvidence(settings, this.telemetry)));
  }

  /** `records` holds the index where no cluster does. */
  hits(records: PgDatabase): Promise<IndexContents> {
    return (this.#hits ??= this.#open((settings) => openHitIndex(settings, records, this.telemetry)));
  }

  /** Only where the side keeps its log in Kafka. */
  log(): Promise<ReceivingLog> {
    return (this.#log ??= this.#open(async (settings) => {
      const { ReceivingLog } = await import('@vigil/bus/kafka');
      const log = new ReceivingLog(this.telemetry, kafkaOptions(settings));
      try {
        await log.check();
      } catch (error) {
        await log.close();
        throw error;
      }
      return log;
    }));
  }

  /** Why a log in Kafka cannot be left: what is in it that somebody has yet to read or to decide on. */
  async undrained(): Promise<string | null> {
    const { KafkaBus } = await import('@vigil/bus/kafka');
    const bus = await named(this.side, () => KafkaBus.open(this.telemetry, kafkaOptions(this.side.settings)));
    try {
      let behind = 0;
      for (const { topic, group } of FLOWS) {
        const lag = await bus.lag({ name: topic, schema: z.unknown() }, group);
        behind += lag.reduce((sum, one) => sum + one.behind, 0);
      }
      const aside = (await bus.deadLetters.counts()).reduce((sum, one) => sum + one.count, 0);
      if (behind === 0 && aside === 0) return null;
      return (
        `${this.side.label}: ${behind} messages in Kafka are not read yet and ${aside} are set aside. Pause the sources, ` +
        'let the services run until `vigil status` shows 0 behind, replay or discard what is set aside, then stop and move.'
      );
    } finally {
      await bus.close();
    }
  }

  async close(): Promise<void> {
    for (const engine of this.#opened.reverse()) await engine.close();
  }

  #open<T extends { close(): Promise<void> }>(open: (settings: Settings) => Promise<T>): Promise<T> {
    return named(this.side, async () => {
      const engine = await open(this.side.settings);
      this.#opened.push(engine);
      return engine;
    });
  }
}
