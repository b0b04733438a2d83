import type { FaultResult } from './run.js';

/** Recovery without a person takes this at most. */
export const RECOVERY_AT_MOST_S = 60;

/** Every fault with how long recovery took, and the comparison, for people. */
export function tableOf(result: FaultResult): string {
  const row = (name: string, lost: number, double: number): string =>
    `${name.padEnd(28)}${String(lost).padStart(8)}${String(double).padStart(16)}`;
  const head = ['fault', 'at s', 'in flight', 'lasted s', 'recovery s'];
  const line = (cells: readonly (string | number)[]): string =>
    cells.map((cell, n) => (n === 0 ? String(cell).padEnd(24) : String(cell).padStart(11))).join('');
  return [
    '',
    line(head),
    ...result.rows.map((one) =>
      line([one.kind, one.at_s, one.in_flight, one.lasted_s, one.recovered ? one.recovery_s : 'never']),
    ),
    '',
    `${result.faults} faults with work in flight${result.not_counted > 0 ? `, ${result.not_counted} without` : ''}; ${result.posts} posts, ${result.hits} hits, ${result.fenced} batches fenced, ${result.crashes} crashes, ${result.seconds} s`,
    `${''.padEnd(28)}${'lost'.padStart(8)}${'twice'.padStart(16)}`,
    row('posts counted', result.posts_lost, result.posts_double),
    row('hits counted', result.hits_lost, result.hits_double),
    row('hits in PostgreSQL', result.records_lost, result.records_double),
    row('hits in Elasticsearch', result.index_lost, result.index_double),
    row('alerts', result.alerts_lost, result.alerts_double),
    row('  hits they name', result.alert_hits_lost, result.alert_hits_double),
    row('dead letters', result.dead_letters, 0),
    row('left in the outbox', result.unindexed, 0),
    `${'out of order'.padEnd(28)}${String(result.out_of_order).padStart(8)}`,
    '',
  ].join('\n');
}

/** What the last line holds, in this order. */
const FIGURES = [
  'faults',
  'posts',
  'lost',
  'double_counted',
  'out_of_order',
  'recovery_max_s',
  'crashes',
  'hits',
  'fenced',
  'seconds',
] as const satisfies readonly (keyof FaultResult)[];

/** The last line: one JSON object. */
export function lineOf(result: FaultResult): string {
  return JSON.stringify(result, [...FIGURES]);
}

/** Why the run shows a fault of the program, or nothing; null where it shows that all is well. */
export function objection(
  result: FaultResult,
  asked: { readonly faults: number; readonly posts: number },
): string | null {
  const { lost, double_counted, out_of_order } = result;
  if (lost + double_counted + out_of_order > 0)
    return `${lost} lost, ${double_counted} counted twice, ${out_of_order} out of order`;
  const slow = result.rows.filter((row) => !row.recovered || row.recovery_s > RECOVERY_AT_MOST_S);
  if (slow.length > 0)
    return `no recovery within ${RECOVERY_AT_MOST_S} s of ${slow.map((row) => row.kind).join(', ')}`;
  if (result.crashes > 0) return `${result.crashes} processes ended by themselves`;
  if (result.faults < asked.faults)
    return `only ${result.faults} of ${asked.faults} faults found work in flight`;
  if (result.posts < asked.posts) return `only ${result.posts} of ${asked.posts} posts were released`;
  return null;
}
