import { mkdtemp, appendFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bucketOf, expectedFrom, seenKeyOf, type LedgerEntry } from '../ledger/ledger.js';
import { compareOnCluster, type FoundOnCluster } from './compare.js';
import { LedgerTail } from './ledger-tail.js';
import { lineOf, objection, tableOf } from './report.js';
import { Revisions } from './revisions.js';
import type { FaultResult } from './run.js';

const at = '2026-11-21T12:03:00Z';
const bucket = bucketOf(at);
const entry = (revision: number): LedgerEntry => ({
  source: 'stream-1',
  post: 'lanterns:stream-1-n1',
  revision,
  rule: 'lanterns/amber',
  publishedAt: at,
});
const expected = expectedFrom(
  [entry(0), entry(1), entry(2)],
  [{ id: 'stream-1', kind: 'held-stream', region: 'sahel' }],
);
const id = entry(0).post;
const perfect: FoundOnCluster = {
  seen: new Set([seenKeyOf(id)]),
  counts: new Map([[`stream-1 sahel ${bucket}`, 1]]),
  hits: new Map([[`lanterns/amber stream-1 ${bucket}`, 1]]),
  index: [{ id, revision: 2 }],
  records: new Map([[id, 2]]),
  alerts: new Map([['lanterns/amber', { alerts: 1, hits: 1 }]]),
  regressed: new Set(),
  deadLetters: 0,
  outbox: 0,
};
const verdict = (found: Partial<FoundOnCluster>) =>
  compareOnCluster(expected, { ...perfect, ...found }, ['lanterns/amber']);

describe('the comparison on a cluster', () => {
  test('finds nothing where nothing is wrong', () => {
    expect(verdict({})).toMatchObject({ lost: 0, double_counted: 0, out_of_order: 0 });
  });

  test('an old revision is out of order, once, wherever it stands or stood', () => {
    const old = { index: [{ id, revision: 1 }], records: new Map([[id, 0]]), regressed: new Set([id]) };
    expect(verdict({ index: old.index })).toMatchObject({ lost: 0, out_of_order: 1 });
    expect(verdict({ records: old.records })).toMatchObject({ lost: 0, out_of_order: 1 });
    expect(verdict({ regressed: old.regressed })).toMatchObject({ lost: 0, out_of_order: 1 });
    expect(verdict(old)).toMatchObject({ lost: 0, out_of_order: 1 });
  });

  test('a hit that one of the stores lacks is lost, one that no post explains is double', () => {
    expect(verdict({ records: new Map() })).toMatchObject({ records_lost: 1, lost: 1 });
    expect(verdict({ index: [] })).toMatchObject({ index_lost: 1, lost: 1 });
    expect(verdict({ records: new Map([...perfect.records, ['lanterns:other', 0]]) })).toMatchObject({
      double_counted: 1,
    });
  });

  test('a revision that falls back is remembered, in each store by itself', () => {
    const revisions = new Revisions({ ask: async () => null, elasticsearch: 'http://127.0.0.1:9' });
    revisions.note('index', [['a', 1]]);
    revisions.note('records', [['a', 3]]);
    revisions.note('index', [['a', 2]]);
    expect([...revisions.regressed]).toEqual([]);
    revisions.note('records', [['a', 2]]);
    revisions.note('records', [['a', 4]]);
    expect([...revisions.regressed]).toEqual(['a']);
  });

  test('the ledger is read as it grows, a line only when it is whole', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'vigil-tail-'));
    try {
      const file = path.join(folder, 'ledger');
      const tail = new LedgerTail(file);
      expect(await tail.refresh()).toBe(0);
      const line = `${JSON.stringify(entry(0))}\n`;
      await appendFile(file, line + line.slice(0, 20));
      expect(await tail.refresh()).toBe(1);
      await appendFile(file, line.slice(20));
      expect(await tail.refresh()).toBe(2);
      expect(tail.entries).toEqual([entry(0), entry(0)]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the report', () => {
  const row = {
    kind: 'kill-alerts',
    at_s: 1,
    in_flight: 20,
    lasted_s: 0,
    recovery_s: 12,
    recovered: true,
  } as const;
  const result: FaultResult = {
    ...verdict({}),
    faults: 1,
    not_counted: 0,
    posts: 100,
    hits: 7,
    recovery_max_s: 12,
    crashes: 0,
    fenced: 3,
    rows: [row],
    seconds: 90,
  };
  const asked = { faults: 1, posts: 100 };

  test('has every fault with its recovery, and one line of JSON', () => {
    expect(tableOf(result)).toContain('kill-alerts');
    expect(JSON.parse(lineOf(result))).toMatchObject({
      faults: 1,
      posts: 100,
      lost: 0,
      double_counted: 0,
      out_of_order: 0,
      recovery_max_s: 12,
    });
    expect(objection(result, asked)).toBeNull();
  });

  test.each([
    [{ out_of_order: 1 }, 'out of order'],
    [{ rows: [{ ...row, recovery_s: 61 }] }, 'kill-alerts'],
    [{ rows: [{ ...row, recovered: false }] }, 'kill-alerts'],
    [{ crashes: 1 }, 'ended by themselves'],
    [{ faults: 0 }, 'only 0 of 1 faults'],
    [{ posts: 99 }, 'only 99 of 100 posts'],
  ] as const)('objects to %j', (wrong, words) => {
    expect(objection({ ...result, ...wrong }, asked)).toContain(words);
  });
});
