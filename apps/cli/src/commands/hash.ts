import { availableParallelism } from 'node:os';
import { ORIENTATIONS } from '@vigil/image';
import {
  PICTURE_LIMITS,
  PictureHasher,
  refused,
  type HashedPicture,
  type PictureOutcome,
} from '@vigil/media';
import { csvLine } from '../csv.js';
import { EXIT, explain } from '../failure.js';
import { chunksOf } from '../input.js';
import { linesOf } from '../lines.js';
import type { Cli } from '../program.js';
import type { Terminal } from '../terminal.js';

interface Options {
  readonly dihedral?: boolean;
  readonly json?: boolean;
}

/** `vigil hash`: the PDQ hashes of pictures, for lists and for `vigil lookup`. */
export function addHash({ program, terminal, setExit }: Cli): void {
  program
    .command('hash')
    .summary('print the PDQ hashes of pictures')
    .description(
      'Prints the perceptual hash (PDQ) of each picture, as CSV: file, quality (0 to 100; below 50 a match alone\n' +
        'means little) and 64 hexadecimal digits. JPEG, PNG, WebP, GIF, AVIF, TIFF and SVG; of an animation the first\n' +
        'frame, or with --json more. Pixels are hashed as stored; EXIF’s rotation adds a second hash under --json.\n' +
        'Nothing is sent anywhere.',
    )
    .argument('[FILE...]', 'pictures; without one, their names are read from standard input, one a line')
    .option('--dihedral', 'the hashes of all eight orientations, as turned or mirrored copies have')
    .option('--json', 'one JSON object a line, with every hashed frame and what was left out')
    .addHelpText('after', '\nExit code 1 where a picture had no hash; why stands on standard error.')
    .action(async (files: string[], options: Options) => {
      const hashers = Array.from({ length: availableParallelism() }, () => new PictureHasher());
      try {
        if (!options.json) await terminal.out(csvLine(['file', 'quality', ...columns(options)]));
        const names = files.length > 0 ? files : namesOf(terminal);
        for await (const { file, outcome } of inOrder(names, hashers, terminal)) {
          if (outcome.outcome === 'refused') {
            setExit(EXIT.failed);
            terminal.err(`vigil: ${outcome.reason}: ${file}: ${outcome.message}\n`);
          }
          if (options.json) await terminal.out(`${JSON.stringify({ file, ...outcome })}\n`);
          else if (outcome.outcome === 'hashed') await terminal.out(row(file, outcome, options));
        }
      } finally {
        await Promise.all(hashers.map((hasher) => hasher.close()));
      }
    });
}

function columns({ dihedral }: Options): readonly string[] {
  return dihedral ? ORIENTATIONS : ['pdq'];
}

function row(file: string, { frames: [first] }: HashedPicture, { dihedral }: Options): string {
  if (!first) return '';
  const hashes = dihedral ? ORIENTATIONS.map((orientation) => first.orientations[orientation]) : [first.pdq];
  return csvLine([file, first.quality, ...hashes]);
}

async function* namesOf(terminal: Terminal): AsyncGenerator<string> {
  for await (const line of linesOf('-', terminal)) if (line !== '') yield line;
}

interface Hashed {
  readonly file: string;
  readonly outcome: PictureOutcome;
}

/** Hashes as many files at once as there are workers, and gives them in the order of their names. */
async function* inOrder(
  names: Iterable<string> | AsyncIterable<string>,
  hashers: readonly PictureHasher[],
  terminal: Terminal,
): AsyncGenerator<Hashed> {
  const under: Promise<Hashed>[] = [];
  let next = 0;
  for await (const file of names) {
    if (terminal.signal.aborted) break;
    const hasher = hashers[next++ % hashers.length];
    if (!hasher) break;
    const oldest = under.length === hashers.length ? under.shift() : undefined;
    if (oldest) yield await oldest;
    under.push(hashFile(file, hasher, terminal).then((outcome) => ({ file, outcome })));
  }
  for (const hashed of under) yield await hashed;
}

async function hashFile(file: string, hasher: PictureHasher, terminal: Terminal): Promise<PictureOutcome> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of chunksOf(file, terminal)) {
      chunks.push(chunk);
      size += chunk.length;
      // A device or a pipe may never end.
      if (size > PICTURE_LIMITS.bytes) break;
    }
  } catch (error) {
    return refused('unreadable', explain(error).message.replace(`${file} cannot`, 'Cannot'));
  }
  return hasher.hash(Buffer.concat(chunks));
}
