import { total, type Phase } from './phase.js';
import type { Memory, Usage } from './process-tree.js';
import type { Profile } from './profile.js';

/** What one process more of a kind makes of a burst and of a moderate rate. */
export interface More {
  readonly what: string;
  readonly burst: Phase;
  readonly low: Phase;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Who costs what at the full rate. */
export function costTable(full: Phase, memory: Usage<Memory>): string {
  const rows = [...(full.processors ?? [])]
    .sort(([, one], [, other]) => other - one)
    .map(([name, busy]) => [
      name,
      busy.toFixed(2),
      `${Math.round((busy / Math.max(1, full.postsPerSecond)) * 1e6)}`,
      String(Math.round(memory?.get(name)?.pssMb ?? 0) || ''),
    ]);
  return columns(
    `Processors at ${full.rate} posts/s`,
    ['part', 'processors', 'µs a post', 'MB at most'],
    rows,
  );
}

/** What one process more of each kind changes. */
export function moreTable(more: readonly More[]): string {
  const rows = more.map(({ what, burst, low, p50Ms, p95Ms }) => [
    what,
    String(burst.throughput),
    String(total(burst.processors) ?? ''),
    String(p50Ms),
    String(p95Ms),
    String(total(low.processors) ?? ''),
  ]);
  return columns(
    'One process more of each kind',
    ['processes', 'posts/s at most', 'busy', 'p50 ms at 2,000/s', 'p95 ms', 'busy'],
    rows,
  );
}

/** Where each service spends the time in which it is not idle. */
export function profileTable(profiles: ReadonlyMap<string, Profile>, most: number): string {
  return [...profiles]
    .map(([name, { busyShare, lines }]) =>
      columns(
        `Where the time of ${name} goes (busy ${percent(busyShare)})`,
        ['share', 'where'],
        lines.slice(0, most).map(({ share, where }) => [percent(share), where]),
      ),
    )
    .join('');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function columns(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heads, ...rows];
  const widths = heads.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)));
  const lines = all.map((row) =>
    `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd(),
  );
  return `\n${title}\n${lines.join('\n')}\n`;
}
