import { HitPage, languageOfHit, type FoundHit } from '@vigil/contracts';
import { Api } from '../api.js';
import { list, wholeNumber } from '../options.js';
import type { Cli } from '../program.js';

type Filters = Readonly<
  Partial<
    Record<
      | 'sources'
      | 'languages'
      | 'regions'
      | 'rules'
      | 'indicators'
      | 'severities'
      | 'states'
      | 'authors'
      | 'channels',
      readonly string[]
    >
  >
>;

interface Options extends Filters {
  readonly json?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly order: string;
  readonly limit: number;
  readonly demo?: boolean;
  readonly url?: string;
}

/** Hits of one request. */
const PAGE = 100;
/** Characters shown before and after what was found. */
const AROUND = 60;

/** `vigil search`: hits of the running server. */
export function addSearch({ program, terminal }: Cli): void {
  program
    .command('search')
    .summary('find hits by their words')
    .description(
      'Finds posts that matched a rule. Words must all occur; "words in quotes" occur as a phrase; -word must not\n' +
        'occur; word~ or word~2 allows one or two differing letters. Put -- before a query that begins with a dash.',
    )
    .argument('[QUERY]', 'what to find; none finds all')
    .option('--json', 'one JSON object a line: the hit, and where the words stand')
    .option('--limit <N>', 'hits to print at most', wholeNumber, 25)
    .option('--order <ORDER>', 'newest or oldest first', 'newest')
    .option('--from <INSTANT>', 'not before, such as 2026-11-21T00:00:00Z')
    .option('--to <INSTANT>', 'before this instant')
    .option('--sources <IDS>', 'of these sources (a,b)', list)
    .option('--languages <TAGS>', 'in these languages', list)
    .option('--regions <NAMES>', 'of these regions', list)
    .option('--rules <IDS>', 'by these rules', list)
    .option('--indicators <NAMES>', 'with these indicators', list)
    .option('--severities <NAMES>', 'of these severities', list)
    .option('--states <NAMES>', 'in these states; default current', list)
    .option('--authors <NAMES>', 'by these authors', list)
    .option('--channels <NAMES>', 'in these channels', list)
    .option('--demo', 'only demo posts')
    .option('--no-demo', 'no demo posts')
    .option('--url <URL>', 'where the server answers')
    .action(async (text: string | undefined, { json, limit, url, ...filters }: Options) => {
      const api = await Api.open(terminal, url);
      let left = limit;
      let cursor: string | undefined;
      let total: number;
      do {
        const size = Math.max(1, Math.min(PAGE, left));
        const page = await api.ask('GET', '/search', HitPage, { query: { ...filters, text, size, cursor } });
        total = page.total;
        await terminal.out(
          page.hits
            .slice(0, left)
            .map(json ? asJson : asText)
            .join(''),
        );
        left -= page.hits.length;
        cursor = page.next ?? undefined;
      } while (cursor !== undefined && left > 0);
      terminal.err(`vigil: ${total} found${total > limit ? `, ${limit} shown` : ''}\n`);
    });
}

function asJson(found: FoundHit): string {
  return `${JSON.stringify(found)}\n`;
}

function asText({ hit, highlights }: FoundHit): string {
  const { post, verdict } = hit;
  const span = highlights[0] ?? verdict.matches[0]?.span ?? { start: 0, end: 0 };
  const titles = [...new Set(verdict.matches.map((match) => match.title))].join(', ');
  const head = [
    hit.eventTime,
    verdict.severity ?? '-',
    languageOfHit(hit) ?? 'und',
    post.sourceId,
    titles,
  ].join('  ');
  return `${head}\n    ${excerpt(post.text, span.start, span.end)}\n    ${post.permalink ?? post.id}\n`;
}

/** The words found, marked, with some text around; on one line and without characters that a terminal would obey. */
function excerpt(text: string, start: number, end: number): string {
  const from = Math.max(0, start - AROUND);
  const to = Math.min(text.length, end + AROUND);
  const clean = (part: string) => part.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  const marked = end > start ? `[${clean(text.slice(start, end))}]` : '';
  return `${from > 0 ? '…' : ''}${clean(text.slice(from, start))}${marked}${clean(text.slice(end, to))}${to < text.length ? '…' : ''}`;
}
