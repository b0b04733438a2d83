import { BankTextPage, BankTextsAdded, MAX_IMPORTED, NewBankText, VigilError, parse } from '@vigil/contracts';
import { Api } from '../api.js';
import { CommandFailure } from '../failure.js';
import { linesOf } from '../lines.js';
import type { Cli } from '../program.js';
import { table } from '../table.js';
import type { Terminal } from '../terminal.js';

interface Options {
  readonly json?: boolean;
  readonly url?: string;
}

/** Text of one request, in characters: well within what the server takes as one document. */
const MAX_CHARACTERS = 200_000;
const PAGE_SIZE = 200;

/** `vigil banks`: the known texts of the running server. */
export function addBanks({ program, terminal }: Cli): void {
  const banks = program.command('banks').description('known texts, whose copies are found in posts');

  banks
    .command('import')
    .description('add the known texts of an NDJSON file: label, text, severity and indicator at least')
    .argument('<FILE>', 'the file, or - for standard input')
    .option('--url <URL>', 'where the server answers')
    .action(async (file: string, { url }: Options) => {
      const api = await Api.open(terminal, url);
      let added = 0;
      let known = 0;
      for await (const items of requestsOf(file, terminal)) {
        const answer = await api.ask('POST', '/banks/texts/import', BankTextsAdded, { body: { items } });
        added += answer.added.length;
        known += answer.known.length;
      }
      await terminal.out(`${JSON.stringify({ added, known })}\n`);
      terminal.err(`vigil: ${added} added, ${known} were there already\n`);
    });

  banks
    .command('list')
    .description('the known texts, by label')
    .option('--json', 'one JSON object a line')
    .option('--url <URL>', 'where the server answers')
    .action(async ({ json, url }: Options) => {
      const api = await Api.open(terminal, url);
      const items = [];
      for (let after: string | null | undefined; after !== null;) {
        const page: BankTextPage = await api.ask('GET', '/banks/texts', BankTextPage, {
          query: { size: PAGE_SIZE, after },
        });
        items.push(...page.items);
        after = page.next;
      }
      const rows = items.map((item) => [
        item.id,
        item.label,
        item.language,
        String(item.words),
        item.severity,
        item.indicator,
        item.enabled ? (item.stale ? 'stale' : 'on') : 'off',
      ]);
      await terminal.out(
        json
          ? items.map((item) => `${JSON.stringify(item)}\n`).join('')
          : table(['ID', 'LABEL', 'LANGUAGE', 'WORDS', 'SEVERITY', 'INDICATOR', 'STATE'], rows),
      );
    });
}

/** The items of a file, as many as go into one request. Throws with the line's number for one at fault. */
async function* requestsOf(file: string, terminal: Terminal): AsyncGenerator<NewBankText[]> {
  let items: NewBankText[] = [];
  let characters = 0;
  let number = 0;
  for await (const line of linesOf(file, terminal)) {
    number++;
    if (line.trim() === '') continue;
    const item = itemIn(line, `${file}, line ${number}`);
    if (
      items.length === MAX_IMPORTED ||
      (items.length > 0 && characters + item.text.length > MAX_CHARACTERS)
    ) {
      yield items;
      [items, characters] = [[], 0];
    }
    items.push(item);
    characters += item.text.length;
  }
  if (items.length > 0) yield items;
}

function itemIn(line: string, place: string): NewBankText {
  try {
    return parse(NewBankText, JSON.parse(line), place);
  } catch (error) {
    if (error instanceof VigilError) throw error;
    throw new CommandFailure(`${place}: no JSON; one known text a line is taken`);
  }
}
