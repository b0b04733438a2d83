import { withTestDatabase } from '@vigil/testing';
import { z } from 'zod';
import { extendLog, logTables, startOf, toDrop, type LogTable } from './log-tables.js';
import { PostgresBus } from './postgres-bus.js';
import { quickTuning, testTelemetry } from './postgres-bus.fixture.js';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 21, 12);
const table = (hoursAgo: number, bytes: number, unread = false): LogTable => ({
  name: `t${hoursAgo}`,
  endMs: NOW - hoursAgo * HOUR,
  bytes,
  unread,
});

describe('which tables of the log are dropped', () => {
  const names = (tables: LogTable[], days: number, maxBytes: number): string[] =>
    toDrop(tables, { days, maxBytes }, NOW).drop.map((t) => t.name);

  test('those past the days, read or not', () => {
    expect(names([table(200, 1, true), table(160, 1), table(-6, 1)], 7, 1e9)).toEqual(['t200']);
  });
  test('beyond the cap the oldest, until it is kept', () => {
    expect(names([table(10, 50), table(16, 50), table(22, 50), table(-2, 50)], 7, 110)).toEqual([
      't22',
      't16',
    ]);
  });
  test('never what a group has yet to read, nor what lies behind it; then the log is over its cap, and that is said', () => {
    const tables = [table(22, 50), table(16, 50, true), table(10, 50), table(-2, 50)];
    expect(names(tables, 7, 60)).toEqual(['t22']);
    expect(toDrop(tables, { days: 7, maxBytes: 60 }, NOW).overCap).toBe(true);
  });
  test('never the table being written', () => {
    expect(names([table(-1, 500)], 1, 1)).toEqual([]);
  });
  test('names give the instant a table begins', () => {
    expect(startOf('bus_log_20261121T06')).toBe(Date.UTC(2026, 10, 21, 6));
    expect(startOf('bus_log_old"; DROP')).toBeNull();
  });
});

describe('the tables of the log', () => {
  const { db } = withTestDatabase();

  test('are made once by several processes at once', async () => {
    await Promise.all([1, 2, 3, 4].map(() => extendLog(db(), Date.now)));
    const tables = await logTables(db());
    expect(tables.length).toBeGreaterThanOrEqual(5);
    expect(new Set(tables.map((one) => one.endMs)).size).toBe(tables.length);
    expect(Math.max(...tables.map((one) => one.endMs))).toBeGreaterThan(Date.now() + 24 * HOUR);
  });

  test('are dropped past their days; a publisher that finds none makes it', async () => {
    const bus = new PostgresBus(db(), testTelemetry(), {
      partitions: 2,
      transitDays: 7,
      transitMaxBytes: 1e12,
      tuning: quickTuning,
    });
    const topic = { name: 'kept', schema: z.object({ n: z.number() }) };
    await bus.publish(topic, [{ key: 'a', value: { n: 1 } }]);
    await db().query(
      `CREATE TABLE "bus_log_20200101T00" PARTITION OF bus_log FOR VALUES FROM ('2020-01-01T00:00Z') TO ('2020-01-01T06:00Z')`,
    );
    expect(await bus.maintain()).toEqual(['bus_log_20200101T00']);
    for (const { name } of await logTables(db())) await db().query(`DROP TABLE "${name}"`);
    await bus.publish(topic, [{ key: 'a', value: { n: 2 } }]);
    const [row] = await db().query<{ n: string }>('SELECT count(*)::text AS n FROM bus_log');
    expect(row?.n).toBe('1');
    await bus.close();
  });

  test('a table counts as unread while a group has not passed its end', async () => {
    const bus = new PostgresBus(db(), testTelemetry(), {
      partitions: 1,
      transitDays: 7,
      transitMaxBytes: 1e12,
      tuning: quickTuning,
    });
    const topic = { name: 'unread', schema: z.object({ n: z.number() }) };
    await (await bus.consume(topic, 'g', { handle: async () => undefined })).stop();
    const unread = async (): Promise<boolean> => (await logTables(db())).some((one) => one.unread);
    expect(await unread()).toBe(false);
    await bus.publish(topic, [{ key: 'a', value: { n: 1 } }]);
    expect(await unread()).toBe(true);
    await db().query(`UPDATE bus_offset SET next_offset = 1 WHERE topic = 'unread'`);
    expect(await unread()).toBe(false);
    await bus.close();
  });
});
