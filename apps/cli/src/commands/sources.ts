import { z } from 'zod';
import { loadSourcesFile } from '@vigil/collector/reading';
import { Source } from '@vigil/contracts';
import { Api } from '../api.js';
import { table } from '../table.js';
import type { Cli } from '../program.js';

interface Options {
  readonly json?: boolean;
  readonly url?: string;
}

/** `vigil sources`: what the running server watches. */
export function addSources({ program, terminal }: Cli): void {
  const sources = program.command('sources').description('the sources that the running server watches');
  const command = (name: string, summary: string) =>
    sources.command(name).description(summary).option('--url <URL>', 'where the server answers');

  command('list', 'all sources and how they do')
    .option('--json', 'one JSON object a line')
    .action(async ({ json, url }: Options) => {
      const all = await (await Api.open(terminal, url)).ask('GET', '/sources', z.array(Source));
      if (json) return terminal.out(all.map((source) => `${JSON.stringify(source)}\n`).join(''));
      const rows = all.map(({ id, locator, health, justification, name }) => [
        id,
        locator.kind,
        health.state,
        String(health.postsCollected),
        health.lastSuccessAt ?? 'never',
        justification.until,
        health.lastError ?? name,
      ]);
      return terminal.out(
        table(['ID', 'KIND', 'STATE', 'POSTS', 'LAST SUCCESS', 'APPROVED UNTIL', 'NAME OR FAILURE'], rows),
      );
    });

  command('add', 'watch the sources of a YAML file')
    .argument('<FILE>', 'the file: one source, or a list')
    .action(async (file: string, { url }: Options) => {
      const drafts = await loadSourcesFile(file);
      const api = await Api.open(terminal, url);
      for (const draft of drafts) {
        const { id } = await api.ask('POST', '/sources', Source, { body: draft });
        await terminal.out(`${id}\n`);
      }
      terminal.err(`vigil: ${drafts.length} added\n`);
    });

  command('remove', 'watch a source no longer; what was collected stays until its retention ends')
    .argument('<ID>')
    .action(async (id: string, { url }: Options) => {
      await (await Api.open(terminal, url)).ask('DELETE', pathOf(id), z.unknown());
      terminal.err(`vigil: ${id} is no longer watched\n`);
    });

  for (const [name, paused, summary] of [
    ['pause', true, 'collect nothing from a source until it is resumed'],
    ['resume', false, 'collect from a paused source again'],
  ] as const) {
    command(name, summary)
      .argument('<ID>')
      .action(async (id: string, { url }: Options) => {
        const source = await (
          await Api.open(terminal, url)
        ).ask('PATCH', pathOf(id), Source, { body: { paused } });
        terminal.err(`vigil: ${source.id} is ${source.paused ? 'paused' : 'watched again'}\n`);
      });
  }
}

function pathOf(id: string): string {
  return `/sources/${encodeURIComponent(id)}`;
}
