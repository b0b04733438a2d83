import { stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Source } from '@vigil/contracts';
import { Api, Refused } from '../api.js';
import { CommandFailure, EXIT, type ExitCode } from '../failure.js';
import { wholeNumber } from '../options.js';
import type { Cli } from '../program.js';
import type { Terminal } from '../terminal.js';

interface Options {
  readonly source?: string;
  readonly url?: string;
  readonly fromByte: number;
}

/** Bytes sent in one request, up to the end of a line: what is lost and sent again when the connection breaks. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** The server takes no longer lines; a piece without a newline ends here. */
const MAX_PIECE_BYTES = 2 * PIECE_BYTES;
/** A piece is some ten thousand posts, and the server may be busy. */
const PIECE_TIMEOUT_MS = 120_000;
const ATTEMPTS = 6;
const FIRST_WAIT_MS = 500;
const NEWLINE = 10;

/** What the server answers to a piece; `errors` are its first. */
const Imported = z.object({
  published: z.number(),
  refused: z.number(),
  lines: z.number(),
  errors: z.array(z.object({ place: z.string(), message: z.string() })),
});

/** `vigil import`: an archive into the running server, as posts of one of its sources. */
export function addImport({ program, terminal, setExit }: Cli): void {
  program
    .command('import')
    .summary('send an archive of posts to the running server')
    .description(
      'Sends NDJSON, one post a line, to the running server, as posts of one of its import sources.\n' +
        'It goes in pieces, each acknowledged once it is durable; a broken connection is tried again from there.\n' +
        'A post that was sent before is not counted again, so that sending a file twice does no harm.',
    )
    .argument('<FILE>', 'the file; - reads standard input')
    .option(
      '--source <ID>',
      'the source to import into; may be left out where the server has only one that takes lines',
    )
    .option('--from-byte <N>', 'where in the file to begin, as a broken import says', wholeNumber, 0)
    .option('--url <URL>', 'where the server answers')
    .action(async (file: string, options: Options) => {
      const api = await Api.open(terminal, options.url);
      const source = options.source ?? (await onlyImportSource(api));
      setExit(await sendAll(api, source, file, options.fromByte, terminal));
    });
}

async function onlyImportSource(api: Api): Promise<string> {
  const sources = await api.ask('GET', '/sources', z.array(Source));
  const ids = sources
    .filter(({ locator, demo }) => locator.kind === 'import' && locator.from === undefined && !demo)
    .map(({ id }) => id);
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) return only;
  const choice =
    ids.length === 0
      ? 'it has none that takes lines; vigil sources add makes one'
      : `it has ${ids.join(', ')}`;
  throw new CommandFailure(`name the source to import into with --source: ${choice}`, EXIT.badUse);
}

async function sendAll(
  api: Api,
  source: string,
  file: string,
  from: number,
  terminal: Terminal,
): Promise<ExitCode> {
  const total = file === '-' ? null : await sizeOf(file);
  const sum = { published: 0, refused: 0, bytes: from, lines: 0 };
  for await (const piece of piecesOf(file, from, terminal)) {
    try {
      const answer = await sendPiece(api, source, piece, terminal);
      for (const { place, message } of answer.errors) {
        terminal.err(
          `${JSON.stringify({ error: 'bad-input', file, fromByte: sum.bytes, place, message })}\n`,
        );
      }
      sum.published += answer.published;
      sum.refused += answer.refused;
      sum.lines += answer.lines;
      sum.bytes += piece.length;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const stored = file !== '-' && sum.bytes > from;
      const resume = stored ? `. Everything before is stored; go on with --from-byte ${sum.bytes}` : '';
      throw new CommandFailure(`${error.message.replace(/\.$/, '')}${resume}`, error.exitCode, {
        cause: error,
      });
    }
    progress(sum, total, terminal);
  }
  if (terminal.interactive) terminal.err('\n');
  await terminal.out(
    `${JSON.stringify({ source, published: sum.published, refused: sum.refused, lines: sum.lines, bytes: sum.bytes - from })}\n`,
  );
  return sum.refused > 0 ? EXIT.failed : EXIT.done;
}

function progress(sum: { published: number; bytes: number }, total: number | null, terminal: Terminal): void {
  const share = total ? ` (${Math.floor((100 * sum.bytes) / total)}%)` : '';
  const text = `vigil: ${sum.published} posts stored, ${sum.bytes} bytes${share}`;
  terminal.err(terminal.interactive ? `\r${text}` : `${text}\n`);
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => {
    throw new CommandFailure(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  if (found.isDirectory()) throw new CommandFailure(`${file} is a folder; one file is expected`);
  return found.size;
}

/** Once more after a pause where that can help: the server restarts, or its database does. */
async function sendPiece(
  api: Api,
  source: string,
  bytes: Uint8Array,
  terminal: Terminal,
): Promise<z.infer<typeof Imported>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await api.ask('POST', '/import', Imported, {
        query: { source },
        raw: { type: 'application/x-ndjson', bytes },
        timeoutMs: PIECE_TIMEOUT_MS,
      });
    } catch (error) {
      if (!(error instanceof Refused) || !error.retriable || attempt === ATTEMPTS || terminal.signal.aborted)
        throw error;
      const waitMs = FIRST_WAIT_MS * 2 ** (attempt - 1);
      terminal.err(`vigil: ${error.message} Trying again in ${waitMs / 1_000} s.\n`);
      await pause(waitMs, undefined, { signal: terminal.signal });
    }
  }
}

/** The input in pieces that end with a line, each at most about PIECE_BYTES unless a line is longer. */
async function* piecesOf(file: string, from: number, terminal: Terminal): AsyncGenerator<Buffer> {
  const input =
    file === '-' ? terminal.stdin : createReadStream(file, { start: from, highWaterMark: 1024 * 1024 });
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const buffer = Buffer.from(chunk as Uint8Array);
    const cut = bytes + buffer.length >= PIECE_BYTES ? buffer.lastIndexOf(NEWLINE) + 1 : 0;
    const end = cut === 0 && bytes + buffer.length >= MAX_PIECE_BYTES ? buffer.length : cut;
    if (end === 0) {
      held.push(buffer);
      bytes += buffer.length;
      continue;
    }
    yield Buffer.concat([...held, buffer.subarray(0, end)]);
    held = [buffer.subarray(end)];
    bytes = buffer.length - end;
  }
  if (bytes > 0) yield Buffer.concat(held);
}
