import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { addAlerts } from './commands/alerts.js';
import { addBackup } from './commands/backup.js';
import { addBanks } from './commands/banks.js';
import { addClassify } from './commands/classify.js';
import { addCollect } from './commands/collect.js';
import { addHash } from './commands/hash.js';
import { addImport } from './commands/import.js';
import { addLookup } from './commands/lookup.js';
import { addMove } from './commands/move.js';
import { addNormalise } from './commands/normalise.js';
import { addPacks } from './commands/packs.js';
import { addReindex } from './commands/reindex.js';
import { addRetention } from './commands/retention.js';
import { addRules } from './commands/rules.js';
import { addSearch } from './commands/search.js';
import { addSources } from './commands/sources.js';
import { addStatus } from './commands/status.js';
import { EXIT, explain, type ExitCode } from './failure.js';
import type { Terminal } from './terminal.js';

const AFTER_HELP = `
Results go to standard output, progress and messages to standard error.
Exit codes: 0 done, 1 failed, 2 called wrongly.

Commands that need stored posts, sources or alerts ask a running server (npm start):
  VIGIL_URL       where it answers; default http://127.0.0.1:7100, or with the port of VIGIL_PORT
  VIGIL_TOKEN     token to use; default the one in the data folder of this machine
  VIGIL_DATA_DIR  the data folder, where it is not the checkout's`;

/** The program's version: every package of the workspace carries the same. */
export const VERSION = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))).version;

/** What each command registers itself with. */
export interface Cli {
  readonly program: Command;
  readonly terminal: Terminal;
  /** Ends the command with this code once it has returned. */
  setExit(code: ExitCode): void;
}

/** Runs one command line. Resolves to the exit code; never throws. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done;
  const program = new Command('vigil')
    .description('Watches named, justified public sources for ISIS-style propaganda: the command line.')
    .version(VERSION, '-V, --version', 'the version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showHelpAfterError('(vigil --help shows what there is)')
    .addHelpText('after', AFTER_HELP);
  const cli: Cli = { program, terminal, setExit: (code) => (exit = code) };
  for (const add of [
    addClassify,
    addCollect,
    addImport,
    addSearch,
    addSources,
    addAlerts,
    addRules,
    addPacks,
    addBanks,
    addNormalise,
    addHash,
    addLookup,
    addReindex,
    addRetention,
    addStatus,
    addMove,
    addBackup,
  ])
    add(cli);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Asked for help is done; help because nothing was asked, or wrongly, is not.
      const asked = error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
      return asked ? EXIT.done : EXIT.badUse;
    }
    const { message, exitCode } = explain(error);
    terminal.err(`vigil: ${message}\n`);
    return exitCode;
  }
}
