import { z } from 'zod';
import { readPackFolder } from '@vigil/classifier/engine';
import { PackView } from '@vigil/contracts';
import { Api } from '../api.js';
import { CommandFailure } from '../failure.js';
import type { Cli } from '../program.js';
import { table } from '../table.js';

interface Options {
  readonly json?: boolean;
  readonly url?: string;
}

const Published = z.object({
  version: z.number().nullable(),
  ruleset: z.number().nullable(),
  changed: z.boolean(),
  proposal: z.string().nullable(),
});

/** `vigil packs`: rule packs on the running server; `vigil rules` tries them before. */
export function addPacks({ program, terminal }: Cli): void {
  const packs = program
    .command('packs')
    .description('rule packs on the running server: published, listed (vigil rules tries them before)');

  packs
    .command('publish')
    .description('publish a pack to the running server; live within seconds on every classifier')
    .argument('<DIR>', 'the pack')
    .option('--dry-run', 'let the server check it, and publish nothing')
    .option('--note <TEXT>', 'what it is about, for the person who approves it')
    .option('--url <URL>', 'where the server answers')
    .action(async (folder: string, { url, dryRun, note }: Options & { dryRun?: boolean; note?: string }) => {
      const files = Object.fromEntries(await readPackFolder(folder));
      const api = await Api.open(terminal, url);
      const answer = await api.ask('POST', '/packs', Published, { body: { files }, query: { dryRun, note } });
      await terminal.out(`${JSON.stringify(answer)}\n`);
      if (dryRun) terminal.err('vigil: the server would take it; nothing was published\n');
      else if (answer.proposal !== null)
        terminal.err(
          `vigil: proposed as ${answer.proposal}: another person who may publish must approve it on the Rules page\n`,
        );
      else if (answer.changed)
        terminal.err(`vigil: published as version ${answer.version} with ruleset ${answer.ruleset}\n`);
      else terminal.err('vigil: the same is in force already\n');
    });

  packs
    .command('list')
    .description('the packs in force on the running server')
    .option('--json', 'one JSON object a line, with all rules')
    .option('--url <URL>', 'where the server answers')
    .action(async ({ json, url }: Options) => {
      const inForce = await (await Api.open(terminal, url)).ask('GET', '/packs', z.array(PackView));
      if (inForce.length === 0 && !json)
        throw new CommandFailure('no pack is in force: vigil packs publish DIR');
      const rows = inForce.map((pack) => [
        pack.name,
        String(pack.version),
        String(pack.rules.length),
        String(pack.unverifiedReferences),
        pack.publishedAt,
        pack.publishedBy,
      ]);
      await terminal.out(
        json
          ? inForce.map((pack) => `${JSON.stringify(pack)}\n`).join('')
          : table(['NAME', 'VERSION', 'RULES', 'UNVERIFIED', 'PUBLISHED', 'BY'], rows),
      );
    });
}
