import { z } from 'zod';
import { readPackFolder } from '@vigil/classifier/engine';
import { PackView } from '@vigil/contracts';
import { Api } from '../api.js';
import { CommandFailure } from '../failure.js';
import { chunksOf } from '../input.js';
import type { Cli } from '../program.js';
import { table } from '../table.js';
import type { Terminal } from '../terminal.js';

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

/** As much of an exported pack as is told; what else it holds goes through as it came. */
const Signed = z.looseObject({
  version: z.number(),
  signature: z.looseObject({ keyId: z.string(), publicKey: z.string() }),
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
      terminal.err(`vigil: ${outcomeOf(answer, dryRun)}\n`);
    });

  packs
    .command('export')
    .description('a published pack as one signed document, for another organisation')
    .argument('<NAME>', 'the pack')
    .option('--pack-version <N>', 'an earlier version; by default the one in force')
    .option('--url <URL>', 'where the server answers')
    .action(async (name: string, { url, packVersion }: Options & { packVersion?: string }) => {
      const api = await Api.open(terminal, url);
      const query = { version: packVersion };
      const signed = await api.ask('GET', `/packs/${encodeURIComponent(name)}/export`, Signed, { query });
      await terminal.out(`${JSON.stringify(signed, null, 1)}\n`);
      terminal.err(
        `vigil: version ${signed.version}, signed with the key ${signed.signature.keyId}; who imports it needs VIGIL_PACK_KEYS=${signed.signature.publicKey}\n`,
      );
    });

  packs
    .command('import')
    .description('publish a pack that another organisation exported, once its signature holds')
    .argument('<FILE>', 'the document, or - for standard input')
    .option('--dry-run', 'let the server check it, and publish nothing')
    .option('--url <URL>', 'where the server answers')
    .action(async (file: string, { url, dryRun }: Options & { dryRun?: boolean }) => {
      const body = await documentIn(file, terminal);
      const api = await Api.open(terminal, url);
      const answer = await api.ask('POST', '/packs/import', Published, { body, query: { dryRun } });
      await terminal.out(`${JSON.stringify(answer)}\n`);
      terminal.err(`vigil: ${outcomeOf(answer, dryRun)}\n`);
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

/** What became of a pack that was sent, for a person. */
function outcomeOf(
  { version, ruleset, changed, proposal }: z.infer<typeof Published>,
  dryRun: boolean | undefined,
): string {
  if (dryRun) return 'the server would take it; nothing was published';
  if (proposal !== null)
    return `proposed as ${proposal}: another person who may publish must approve it on the Rules page`;
  return changed ? `published as version ${version} with ruleset ${ruleset}` : 'the same is in force already';
}

async function documentIn(file: string, terminal: Terminal): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(file, terminal)) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new CommandFailure(`${file} is no JSON: vigil packs export writes what is taken here`);
  }
}
