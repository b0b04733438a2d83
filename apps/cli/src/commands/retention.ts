import { Hold, HoldDraft, RetentionState } from '@vigil/contracts';
import { Argument } from 'commander';
import { z } from 'zod';
import { Api } from '../api.js';
import type { Cli } from '../program.js';
import { table } from '../table.js';

interface Options {
  readonly json?: boolean;
  readonly url?: string;
}

/** `vigil holds`, `vigil erase`: what the running server must keep, and what it must forget. */
export function addRetention({ program, terminal }: Cli): void {
  const holds = program
    .command('holds')
    .description('legal holds: hits that neither retention nor erasure removes');
  const command = (name: string, summary: string) =>
    holds.command(name).description(summary).option('--url <URL>', 'where the server answers');

  command('list', 'all holds, those that stand first, and what retention last did')
    .option('--json', 'one JSON object a line')
    .action(async ({ json, url }: Options) => {
      const api = await Api.open(terminal, url);
      const all = await api.ask('GET', '/holds', z.array(Hold));
      if (json) return terminal.out(all.map((hold) => `${JSON.stringify(hold)}\n`).join(''));
      const rows = all.map((hold) => [
        hold.id,
        hold.kind,
        String(hold.hits),
        hold.placedAt,
        hold.releasedAt ?? 'stands',
        hold.subject,
        hold.reason,
      ]);
      await terminal.out(table(['ID', 'KIND', 'HITS', 'PLACED', 'RELEASED', 'OF', 'REASON'], rows));
      const { days, beforeMonth, held } = await api.ask('GET', '/retention', RetentionState);
      const gone =
        beforeMonth === null
          ? 'nothing has been removed yet'
          : `what was collected before ${beforeMonth} is gone${held === 0 ? '' : `, but for ${held} that are held`}`;
      return terminal.err(`vigil: hits are kept for ${days} days; ${gone}\n`);
    });

  command('place', 'keep the hit of a post, those of an alert, or those of a source')
    .addArgument(new Argument('<KIND>', 'what the id is of').choices(HoldDraft.shape.kind.options))
    .argument('<ID>')
    .requiredOption('--reason <TEXT>', 'why, such as the number of a case')
    .action(async (kind: string, subject: string, { reason, url }: Options & { reason: string }) => {
      const hold = await (
        await Api.open(terminal, url)
      ).ask('POST', '/holds', Hold, {
        body: { kind, subject, reason },
      });
      await terminal.out(`${hold.id}\n`);
      terminal.err(`vigil: ${hold.hits} hits are held\n`);
    });

  command('release', 'let retention and erasure remove what a hold covered')
    .argument('<HOLD>')
    .action(async (id: string, { url }: Options) => {
      const api = await Api.open(terminal, url);
      const { kind, subject } = await api.ask('DELETE', `/holds/${encodeURIComponent(id)}`, Hold);
      terminal.err(`vigil: ${kind} ${subject} is held no longer by ${id}\n`);
    });

  program
    .command('erase')
    .description(
      'erase posts for good: their hits go, and whatever brings them again leaves nothing; counts stay',
    )
    .argument('<POST...>', 'ids of posts')
    .requiredOption('--reason <TEXT>', 'why, such as the number of a request')
    .option('--url <URL>', 'where the server answers')
    .action(async (postIds: string[], { reason, url }: Options & { reason: string }) => {
      const api = await Api.open(terminal, url);
      const { hits } = await api.ask('POST', '/erasures', z.object({ hits: z.number() }), {
        body: { postIds, reason },
      });
      terminal.err(`vigil: erased, ${hits} of ${postIds.length} were hits\n`);
    });
}
