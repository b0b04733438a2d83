import type { CrashResult } from './run.js';

/** The comparison as a table for people. */
export function tableOf(result: CrashResult): string {
  const row = (name: string, lost: number, double: number): string =>
    `${name.padEnd(22)}${String(lost).padStart(8)}${String(double).padStart(16)}`;
  return [
    '',
    `${result.kills} kills (${result.killed.program} program, ${result.killed.database} database, ${result.killed.both} both), slowest restart ${result.slowest_restart_ms} ms, ${result.posts} posts, ${result.hits} hits, ${result.seconds} s`,
    `${''.padEnd(22)}${'lost'.padStart(8)}${'twice'.padStart(16)}`,
    row('posts counted', result.posts_lost, result.posts_double),
    row('hits counted', result.hits_lost, result.hits_double),
    row('hits in the index', result.index_lost, result.index_double),
    row('  in an old revision', result.index_stale, 0),
    row('alerts', result.alerts_lost, result.alerts_double),
    row('  hits they name', result.alert_hits_lost, result.alert_hits_double),
    row('dead letters', result.dead_letters, 0),
    row('left in the outbox', result.unindexed, 0),
    '',
  ].join('\n');
}
