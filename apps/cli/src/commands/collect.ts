import { dirname } from 'node:path';
import { collectOnce, loadSourcesFile, type CollectOnceParts } from '@vigil/collector/reading';
import { readSettings } from '@vigil/config';
import { SystemClock, type SourceDraft } from '@vigil/contracts';
import { GuardedClient } from '@vigil/fetching';
import { EXIT, explain } from '../failure.js';
import type { Cli } from '../program.js';
import type { Terminal } from '../terminal.js';

interface Options {
  readonly source: string;
}

/** `vigil collect`: what the sources of a file give now, as posts; keeps nothing and asks no server. */
export function addCollect({ program, terminal, setExit }: Cli): void {
  program
    .command('collect')
    .summary('print the posts that sources give now')
    .description(
      'Reads each source of a YAML file once and prints its posts, one JSON object a line. Nothing is stored.\n' +
        'A source needs its justification here as well, and one whose approval has ended is not read.\n' +
        'Requests go out as the server sends them: VIGIL_ALLOW_HOSTS, VIGIL_CONTACT and the like apply.',
    )
    .requiredOption('--source <FILE>', 'a YAML file of sources')
    .option('--once', 'read once and end: what it does anyway')
    .action(async (options: Options) => {
      const drafts = await loadSourcesFile(options.source);
      const settings = readSettings(terminal.env).collector;
      const client = GuardedClient.fromSettings(settings);
      const parts = {
        client,
        clock: new SystemClock(),
        importDir: settings.importDir ?? dirname(options.source),
        signal: terminal.signal,
      };
      try {
        for (const draft of drafts) if (!(await print(draft, parts, terminal))) setExit(EXIT.failed);
      } finally {
        await client.close();
      }
    });
}

/** False where the source could not be read to its end; why stands on standard error. */
async function print(draft: SourceDraft, parts: CollectOnceParts, terminal: Terminal): Promise<boolean> {
  const say = (message: string) => terminal.err(`vigil: ${draft.id}: ${message}\n`);
  let posts = 0;
  try {
    const onProblem: CollectOnceParts['onProblem'] = ({ place, message }) =>
      say(message.startsWith(place) ? message : `${place}: ${message}`);
    for await (const post of collectOnce(draft, { ...parts, onProblem })) {
      posts += 1;
      await terminal.out(`${JSON.stringify(post)}\n`);
    }
    say(`${posts} posts`);
    return true;
  } catch (error) {
    say(explain(error).message);
    return false;
  }
}
