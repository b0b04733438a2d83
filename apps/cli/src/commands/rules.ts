import {
  checkExamples,
  checkPack,
  packReport,
  parsePack,
  readPackFolder,
  type ExampleFailure,
  type ParsedPack,
} from '@vigil/classifier/engine';
import { isVigilError } from '@vigil/contracts';
import { EXIT } from '../failure.js';
import type { Cli } from '../program.js';
import { packsIn } from './classify.js';
import { addBacktest } from './rules-backtest.js';

interface Options {
  readonly json?: boolean;
}

/** What `--json` says of one pack's check, one object a line. */
interface Checked {
  readonly folder: string;
  readonly ok: boolean;
  readonly problems: ParsedPack['problems'];
  /** Problems beyond those listed. */
  readonly omitted: number;
  readonly report: ReturnType<typeof packReport> | null;
}

/** `vigil rules`: a rule change is tried here before it is published. */
export function addRules(cli: Cli): void {
  const rules = cli.program
    .command('rules')
    .description('rules in folders: checked and tried before they are published')
    .addHelpText(
      'after',
      `
Examples:
  vigil rules check packs                    every fault of every pack in the folder
  vigil rules check packs/mine --json | jq '.problems[] | "\\(.file):\\(.line) \\(.message)"'
  vigil rules test packs/mine                whether its examples hold, and what lacks where not
  vigil rules backtest packs/mine            what it would add and drop on the running server's log
  vigil rules backtest packs/mine --archive posts.ndjson --json | jq .result.total`,
    );
  addCheck(cli, rules);
  addTest(cli, rules);
  addBacktest(cli, rules);
}

/** `check`, below `rules`. */
function addCheck({ terminal, setExit }: Cli, rules: Cli['program']): void {
  rules
    .command('check')
    .summary('whether packs are well formed: every fault with file, line, field and remedy')
    .description(
      'Reads packs as publishing does and tells every fault in one run, with file, line, column, field and what to do.\n' +
        'Rules that match more than a third of everyday posts of a language are faults too. Exit code 1 where there is any.',
    )
    .argument('<DIR...>', 'packs, or folders of packs')
    .option('--json', 'one JSON object a pack and line: folder, ok, problems, omitted, report')
    .action(async (folders: string[], { json }: Options) => {
      const names = new Map<string, string>();
      for (const folder of await packsIn(folders)) {
        const checked = await check(folder, names);
        if (!checked.ok) setExit(EXIT.failed);
        if (json) await terminal.out(`${JSON.stringify(checked)}\n`);
        else if (checked.report) await terminal.out(summaryOf(checked.report));
        else terminal.err(faultsOf(checked));
      }
    });
}

async function check(folder: string, names: Map<string, string>): Promise<Checked> {
  const failed = (problems: Checked['problems'], omitted = 0): Checked => ({
    folder,
    ok: false,
    problems,
    omitted,
    report: null,
  });
  const whole = (message: string) => [{ file: 'pack.yaml', line: 1, column: 1, field: '', message }];
  try {
    const { pack, problems, omitted } = await checkPack(await readPackFolder(folder));
    if (!pack) return failed(problems, omitted);
    const earlier = names.get(pack.name);
    names.set(pack.name, folder);
    if (earlier !== undefined)
      return failed(whole(`the name ${pack.name} is taken by ${earlier}: give each pack its own`));
    return { folder, ok: true, problems: [], omitted: 0, report: packReport(pack) };
  } catch (error) {
    if (!isVigilError(error) || error.code === 'engine-misconfigured') throw error;
    return failed(whole(error.message));
  }
}

function summaryOf({ name, rules, phrases, languages, unverified }: ReturnType<typeof packReport>): string {
  return `${name}: ${rules} rules, ${phrases} phrases, ${Object.keys(languages).length} languages, ${unverified} without a verified reference\n`;
}

function faultsOf({ folder, problems, omitted }: Checked): string {
  const lines = problems.map(
    ({ file, line, column, field, message }) =>
      `  ${file}:${line}:${column}${field === '' ? '' : ` ${field}`}: ${message}\n`,
  );
  const total = problems.length + omitted;
  const rest = omitted > 0 ? `  and ${omitted} more\n` : '';
  return `${folder}: ${total} ${total === 1 ? 'fault' : 'faults'}\n${lines.join('')}${rest}`;
}

/** `test`, below `rules`. */
function addTest({ terminal, setExit }: Cli, rules: Cli['program']): void {
  rules
    .command('test')
    .summary('whether the examples of packs match, or do not, as they say')
    .description(
      'Runs every example of every rule, as a post of a source nobody labelled. Of one that does not hold it tells how\n' +
        'rules read it, what the rule lacked for a match (near misses) and what was weighed against it (exclusions).',
    )
    .argument('<DIR...>', 'packs, or folders of packs')
    .option('--json', 'one JSON object a pack and line: folder, pack, examples, held, failures')
    .action(async (folders: string[], { json }: Options) => {
      for (const folder of await packsIn(folders)) {
        const { pack, problems, omitted } = parsePack(await readPackFolder(folder));
        if (!pack) {
          setExit(EXIT.failed);
          if (json) await terminal.out(`${JSON.stringify({ folder, pack: null, problems, omitted })}\n`);
          else terminal.err(faultsOf({ folder, ok: false, problems, omitted, report: null }));
          continue;
        }
        const failures = checkExamples(pack);
        const { examples } = packReport(pack);
        const held = examples - failures.length;
        if (failures.length > 0) setExit(EXIT.failed);
        if (json) {
          const told = { folder, pack: pack.name, examples, held, failures };
          await terminal.out(`${JSON.stringify(told)}\n`);
          continue;
        }
        for (const failure of failures) terminal.err(failureText(failure));
        await terminal.out(`${pack.name}: ${held} of ${examples} examples hold\n`);
      }
    });
}

function failureText(failure: ExampleFailure): string {
  const { rule, expected, example, message, normalised, nearMisses, exclusions } = failure;
  const wanted = expected === 'match' ? 'must match' : 'must not match';
  const lines = [
    `${rule}: an example that ${wanted} ${message}`,
    `  example     ${example}`,
    `  read as     ${normalised}`,
    ...nearMisses.map((near) => `  near miss   “${near.normalised}” lacks ${near.missing}`),
    ...exclusions.map(
      ({ context, reason, cancels }) =>
        `  exclusion   ${context}: ${reason}, which ${cancels ? 'cancels' : 'is not enough to cancel'}`,
    ),
  ];
  return lines.map((line) => `${line.replace(/\p{Cc}+/gu, ' ')}\n`).join('');
}
