import { withTestDatabase } from '@vigil/testing';
import { messageBusContract } from '../message-bus.contract.js';
import { retainedLogContract } from '../retained-log.contract.js';
import { PostgresBus, type PostgresBusOptions } from './postgres-bus.js';
import { quickTuning, testTelemetry } from './postgres-bus.fixture.js';

describe('PostgresBus', () => {
  const { db } = withTestDatabase();
  const open = (options: Partial<PostgresBusOptions> = {}): PostgresBus =>
    new PostgresBus(db(), testTelemetry(), {
      partitions: 4,
      transitDays: 7,
      transitMaxBytes: 1e12,
      tuning: quickTuning,
      ...options,
    });

  retainedLogContract(() => open());

  messageBusContract(
    () => ({
      open: () => open(),
      openHanging: () => open({ tuning: { ...quickTuning, leaseMs: 300, beatMs: 3_600_000 } }),
      hold: async (topic, messages) => {
        const client = await db().pool.connect();
        await client.query('BEGIN');
        const bus = open();
        await bus.publishIn(
          {
            query: async (text, values) => (await client.query(text, values ? [...values] : [])).rows,
            orm: db().orm,
          },
          topic,
          messages,
        );
        return {
          commit: async () => {
            await client.query('COMMIT');
            client.release();
            await bus.close();
          },
        };
      },
      setAside: async (topic, group) =>
        (await open().deadLetters.list(topic, group)).map(({ key, offset, reason }) => ({
          key,
          offset,
          reason,
        })),
    }),
    process.env.VIGIL_SOAK ? 50 : 2,
  );
});
