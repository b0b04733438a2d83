import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type Telemetry } from '@vigil/telemetry';
import { withTestDatabase } from '@vigil/testing';
import { messageBusContract } from '../message-bus.contract.js';
import { PostgresBus, type PostgresBusOptions } from './postgres-bus.js';

const quick = { beatMs: 150, leaseMs: 2_000, firstBackoffMs: 5, maxBackoffMs: 40, pollMs: 1_000 };

function telemetry(): Telemetry {
  return { log: pino({ level: process.env.VIGIL_TEST_LOG ?? 'silent' }), metrics: new Registry(), addCheck: () => undefined, checks: async () => [] };
}

describe('PostgresBus', () => {
  const { db } = withTestDatabase();
  const open = (options: Partial<PostgresBusOptions> = {}): PostgresBus =>
    new PostgresBus(db(), telemetry(), { partitions: 4, transitDays: 7, transitMaxBytes: 1e12, tuning: quick, ...options });

  messageBusContract(() => ({
    open: () => open(),
    openHanging: () => open({ tuning: { ...quick, leaseMs: 300, beatMs: 3_600_000 } }),
    hold: async (topic, messages) => {
      const client = await db().pool.connect();
      await client.query('BEGIN');
      const bus = open();
      await bus.publishIn({ query: async (text, values) => (await client.query(text, values ? [...values] : [])).rows, orm: db().orm }, topic, messages);
      return {
        commit: async () => {
          await client.query('COMMIT');
          client.release();
          await bus.close();
        },
      };
    },
    setAside: async (topic, group) =>
      (await open().deadLetters.list(topic, group)).map(({ key, offset, reason }) => ({ key, offset, reason })),
  }));
});
