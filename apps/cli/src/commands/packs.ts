import { z } from 'zod';
import { checkExamples, loadPack, packReport, readPackFolder } from '@vigil/classifier/engine';
import { isVigilError, PackView } from '@vigil/contracts';
import { Api } from '../api.js';
import { CommandFailure, EXIT } from '../failure.js';
import type { Cli } from '../program.js';
import { table } from '../table.js';
import { packsIn } from './classify.js';

interface Options {
  readonly json?: boolean;
  readonly url?: string;
}

const Published = z.object({
  version: z.number().nullable(),
  ruleset: z.number().nullable(),
  changed: z.boolean(),
});

/** `vigil packs`: rule packs, in folders and on the running server. */
export function addPacks({ program, terminal, setExit }: Cli): void {
  const packs = program
    .command('packs')
    .description('rule packs: checked and tested here, published to the running server');

  packs
    .command('check')
    .description('whether packs are well formed; every fault with file, line and field')
    .argument('<DIR...>', 'packs, or folders of packs')
    .option('--json', 'one report a line')
    .action(async (folders: string[], { json }: Options) => {
      for (const folder of await packsIn(folders)) {
        try {
          const report = packReport(await loadPack(folder));
          await terminal.out(
            json
              ? `${JSON.stringify(report)}\n`
              : `${report.name}: ${report.rules} rules, ${report.phrases} phrases, ${Object.keys(report.languages).length} languages, ${report.unverified} without a verified reference\n`,
          );
        } catch (error) {
          if (!isVigilError(error)) throw error;
          terminal.err(
            `${error.message}\n${error.fields.map(({ path, message }) => `  ${path}: ${message}\n`).join('')}`,
          );
          setExit(EXIT.failed);
        }
      }
    });

  packs
    .command('test')
    .description('whether the examples of packs match, or do not, as they say')
    .argument('<DIR...>', 'packs, or folders of packs')
    .action(async (folders: string[]) => {
      for (const folder of await packsIn(folders)) {
        const pack = await loadPack(folder);
        const failures = checkExamples(pack);
        for (const { rule, expected, example, message } of failures) {
          terminal.err(`${rule}, example ${expected}: “${example}” ${message}\n`);
        }
        const examples = packReport(pack).examples;
        await terminal.out(`${pack.name}: ${examples - failures.length} of ${examples} examples hold\n`);
        if (failures.length > 0) setExit(EXIT.failed);
      }
    });

  packs
    .command('publish')
    .description('publish a pack to the running server; live within seconds on every classifier')
    .argument('<DIR>', 'the pack')
    .option('--dry-run', 'let the server check it, and publish nothing')
    .option('--url <URL>', 'where the server answers')
    .action(async (folder: string, { url, dryRun }: Options & { dryRun?: boolean }) => {
      const files = Object.fromEntries(await readPackFolder(folder));
      const api = await Api.open(terminal, url);
      const answer = await api.ask('POST', '/packs', Published, { body: { files }, query: { dryRun } });
      await terminal.out(`${JSON.stringify(answer)}\n`);
      if (dryRun) terminal.err('vigil: the server would take it; nothing was published\n');
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
