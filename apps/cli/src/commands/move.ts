import type { Move, MovePlan, MoveReport } from '@vigil/moving';
import { CommandFailure, EXIT, type ExitCode } from '../failure.js';
import { PLACE_HELP, placeOf } from '../place.js';
import type { Cli } from '../program.js';
import { table } from '../table.js';
import type { Terminal } from '../terminal.js';

interface Options {
  readonly from: string;
  readonly to: string;
  readonly dryRun?: boolean;
  readonly startOver?: boolean;
  readonly json?: boolean;
}

/** `vigil move`: an installation into larger or smaller engines. */
export function addMove({ program, terminal, setExit }: Cli): void {
  program
    .command('move')
    .summary('move everything stored to other engines: laptop, server, cluster')
    .description(
      'Copies records, hits, evidence and the log with the positions of its readers from one installation to another, and\n' +
        'checks every copy. Both must be stopped. Nothing at the source is changed, except where both use the same database.\n' +
        'Killed at any point, the same command goes on. Nothing at the target is ever written over.',
    )
    .requiredOption('--from <PLACE>', 'the installation as it is')
    .requiredOption('--to <PLACE>', 'the installation as it is to be')
    .option('--dry-run', 'only tell what would be moved')
    .option('--start-over', 'give up a move that was begun before, instead of going on with it')
    .option('--json', 'the result as one JSON object')
    .addHelpText('after', PLACE_HELP)
    .action(async (options: Options) => setExit(await move(options, terminal)));
}

async function move(options: Options, terminal: Terminal): Promise<ExitCode> {
  const [from, to] = [
    await placeOf('--from', options.from, terminal),
    await placeOf('--to', options.to, terminal),
  ];
  const { Move, readableBytes } = await import('@vigil/moving');
  const moving = await Move.open({
    from,
    to,
    startOver: options.startOver === true,
    signal: terminal.signal,
  });
  try {
    const plan = await moving.plan();
    if (plan.refusals.length > 0) throw new CommandFailure(plan.refusals.join('\nvigil: '));
    terminal.err(planText(plan, readableBytes));
    if (options.dryRun === true) {
      terminal.err('Nothing was changed.\n');
      return EXIT.done;
    }
    const report = await runShown(moving, terminal);
    await terminal.out(options.json === true ? `${JSON.stringify(report)}\n` : reportText(report));
    if (report.faults.length === 0) {
      terminal.err(nextSteps(options));
      return EXIT.done;
    }
    throw new CommandFailure(
      `${report.faults.length} things differ, and the move has not ended. The same command copies them anew:\n${report.faults.join('\n')}`,
    );
  } finally {
    await moving.close();
  }
}

async function runShown(moving: Move, terminal: Terminal): Promise<MoveReport> {
  const { ProgressBar } = await import('../progress-bar.js');
  const bar = new ProgressBar(terminal);
  try {
    return await moving.run(bar.show);
  } catch (error) {
    if (!terminal.signal.aborted) throw error;
    throw new CommandFailure('stopped; the same command goes on from here');
  } finally {
    bar.end();
  }
}

function planText({ parts, resumes }: MovePlan, readableBytes: (bytes: number) => string): string {
  const rows = parts.map(({ role, moves, what, bytes, from, to }) =>
    moves
      ? [role, what, bytes === null ? '' : readableBytes(bytes), from, to]
      : [
          role,
          from === to ? 'stay where they are' : 'go along with the records',
          '',
          from,
          from === to ? '' : to,
        ],
  );
  const text = table(['WHAT', 'HOW MUCH', 'SIZE', 'FROM', 'TO'], rows);
  const resumed = resumes === null ? '' : `Goes on with the move begun on ${resumes.toISOString()}.\n`;
  return `${text}The job queues are made anew: what is due stands in the records.\n${resumed}`;
}

function reportText({ tables, evidence, hits, messages }: MoveReport): string {
  const objects = evidence.reduce((sum, one) => sum + one.objects, 0);
  return [
    ...(tables.length === 0
      ? []
      : [
          table(
            ['TABLE', 'ROWS', 'SHA-256'],
            tables
              .filter(({ rows }) => rows > 0)
              .map(({ name, rows, sha256, fault }) => [
                name,
                String(rows),
                fault === null ? sha256 : 'differs',
              ]),
          ),
        ]),
    ...(evidence.length === 0
      ? []
      : [`evidence: ${objects} objects under ${evidence.length} prefixes, each read and hashed\n`]),
    ...(hits === null ? [] : [`hits: ${hits.hits} in the index, each compared with its record\n`]),
    ...(messages === null ? [] : [`log: ${messages} unread messages; every reader goes on where it stood\n`]),
  ].join('');
}

const nextSteps = ({ from, to }: Options): string =>
  `Moved and checked. Start Vigil with ${to === 'env' ? 'these settings' : to} from now on, and no longer with ${from}:\n` +
  'two that run on copies of the same sources would count apart. Keep the old one until you are sure, then remove it.\n';
