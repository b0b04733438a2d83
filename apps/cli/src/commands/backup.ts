import { CommandFailure, EXIT, type ExitCode } from '../failure.js';
import { PLACE_HELP, placeOf } from '../place.js';
import { VERSION, type Cli } from '../program.js';
import type { Terminal } from '../terminal.js';

interface BackupOptions {
  readonly from: string;
  readonly to: string;
  readonly verify?: boolean;
}

interface RestoreOptions extends BackupOptions {
  readonly json?: boolean;
}

/** `vigil backup`, `vigil restore`: all that is kept, as a folder, and back. */
export function addBackup({ program, terminal, setExit }: Cli): void {
  program
    .command('backup')
    .summary('save all that is kept into a folder; may run beside the program')
    .description(
      'Saves the records as of one moment, the evidence that hits need and the list of what was erased into a new folder,\n' +
        'with a manifest of counts and hashes. Holds no settings and no password, but posts and the secrets of webhooks:\n' +
        'keep it where only its owner can read it.',
    )
    .requiredOption('--to <FOLDER>', 'a new folder')
    .option('--from <PLACE>', 'the installation', 'env')
    .option('--verify', 'reads everything again afterwards')
    .addHelpText('after', PLACE_HELP)
    .action(async (options: BackupOptions) => setExit(await backup(options, terminal)));

  program
    .command('restore')
    .summary('fill an empty installation from a back-up')
    .description(
      'Reads the back-up and refuses a damaged one, then fills records, evidence and the hit index of an empty installation.\n' +
        'Killed, the same command goes on. With --verify it only reads the back-up.',
    )
    .requiredOption('--from <FOLDER>', 'the back-up')
    .option('--to <PLACE>', 'the installation to fill', 'env')
    .option('--verify', 'only tell whether the back-up is whole')
    .addHelpText('after', PLACE_HELP)
    .action(async (options: RestoreOptions) => setExit(await restore(options, terminal)));
}

async function backup(options: BackupOptions, terminal: Terminal): Promise<ExitCode> {
  const from = await placeOf('--from', options.from, terminal);
  const { backUp } = await import('@vigil/moving');
  const { signal } = terminal;
  const manifest = await shown(terminal, (say) =>
    backUp({ from, folder: options.to, version: VERSION, signal }, say),
  );
  if (options.verify === true) await assertWhole(options.to, terminal);
  const { tables, hits, evidence, takenAt } = manifest;
  const rows = tables.reduce((sum, one) => sum + one.rows, 0);
  await terminal.out(
    `${JSON.stringify({ folder: options.to, takenAt, rows, hits, evidence: evidence.length, verified: options.verify === true })}\n`,
  );
  return EXIT.done;
}

async function restore(options: RestoreOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.verify === true) {
    await assertWhole(options.from, terminal);
    terminal.err(`vigil: ${options.from} is whole\n`);
    return EXIT.done;
  }
  const to = await placeOf('--to', options.to, terminal);
  const { restore: fill } = await import('@vigil/moving');
  const { signal } = terminal;
  const faults = await shown(terminal, (say) => fill({ folder: options.from, to, signal }, say));
  if (faults.length > 0)
    throw new CommandFailure(`restored, but not everything; run the command again:\n${faults.join('\n')}`);
  terminal.err('vigil: restored and checked. Vigil can be started on it.\n');
  return EXIT.done;
}

async function assertWhole(folder: string, terminal: Terminal): Promise<void> {
  const { verifyBackup } = await import('@vigil/moving');
  const faults = await shown(terminal, (say) => verifyBackup(folder, say, terminal.signal));
  if (faults.length > 0) throw new CommandFailure(`${folder} is damaged:\n${faults.join('\n')}`);
}

async function shown<T>(
  terminal: Terminal,
  work: (say: (progress: import('@vigil/moving').Progress) => void) => Promise<T>,
): Promise<T> {
  const { ProgressBar } = await import('../progress-bar.js');
  const bar = new ProgressBar(terminal);
  try {
    return await work(bar.show);
  } finally {
    bar.end();
  }
}
