import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { VigilError } from '@vigil/contracts';
import { FolderEvidenceStore } from '@vigil/evidence';
import { z } from 'zod';
import { Meter, type Fingerprint, type Moved } from './rows.js';

/** Names become paths and SQL: those of our migrations look so. */
const Name = z.string().regex(/^[a-z][a-zA-Z0-9_]{0,62}$/);
/** Bounds of a part as PostgreSQL writes them: literals of instants and days, nothing else. */
const Bounds = z.string().regex(/^FOR VALUES FROM \('[-0-9: .+]+'\) TO \('[-0-9: .+]+'\)$/);

const Manifest = z.object({
  format: z.literal(1),
  version: z.string(),
  /** The last migration of the program that made it. */
  schema: z.string(),
  takenAt: z.iso.datetime(),
  /** Where the log was: its messages are among the tables, or they were left in Kafka. */
  log: z.enum(['records', 'kafka']),
  tables: z.array(
    z.object({
      name: Name,
      columns: z.array(Name),
      part: z.object({ of: Name, bounds: Bounds }).nullable(),
      rows: z.number().int(),
      bytes: z.number().int(),
      sha256: z.string().length(64),
    }),
  ),
  sequences: z.array(z.object({ name: Name, last: z.string().regex(/^\d{1,19}$/) })),
  hits: z.number().int(),
  erasedMarks: z.number().int(),
  evidence: z.array(z.string().length(64)),
});
export type Manifest = z.infer<typeof Manifest>;

const MARK_BYTES = 32;
/** Marks read at once. */
const MARKS = 2_000;

/**
 * A back-up as a folder: `manifest.json`, `tables/<name>.copy.zst` (rows as COPY writes them), `evidence/` as a data folder
 * has it, `erased-marks` (32 bytes each). Readable by its owner alone: it holds posts, and the secrets of webhooks.
 */
export class Archive {
  readonly evidence: FolderEvidenceStore;

  constructor(readonly folder: string) {
    this.evidence = new FolderEvidenceStore(join(folder, 'evidence'));
  }

  static async make(folder: string): Promise<Archive> {
    await mkdir(join(folder, 'tables'), { recursive: true, mode: 0o700 });
    return new Archive(folder);
  }

  async writeTable(name: string, rows: Readable, moved: Moved, signal: AbortSignal): Promise<Fingerprint> {
    const meter = new Meter(moved);
    const file = createWriteStream(this.#tableFile(name), { mode: 0o600, flush: true });
    await pipeline(rows, meter, createZstdCompress(), file, { signal });
    return meter.fingerprint();
  }

  /** The rows of a table into `to`, and what they were. */
  async readTable(
    name: string,
    to: NodeJS.WritableStream,
    moved: Moved,
    signal: AbortSignal,
  ): Promise<Fingerprint> {
    const meter = new Meter(moved);
    await pipeline(createReadStream(this.#tableFile(name)), createZstdDecompress(), meter, to, { signal });
    return meter.fingerprint();
  }

  async writeMarks(runs: AsyncIterable<Buffer[]>): Promise<number> {
    let marks = 0;
    const file = await open(this.#marksFile(), 'w', 0o600);
    try {
      for await (const run of runs) {
        await file.write(Buffer.concat(run));
        marks += run.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return marks;
  }

  async *erasedMarks(): AsyncGenerator<Buffer[]> {
    const all = await readFile(this.#marksFile());
    for (let at = 0; at < all.length; at += MARKS * MARK_BYTES) {
      const run = all.subarray(at, at + MARKS * MARK_BYTES);
      yield Array.from({ length: Math.floor(run.length / MARK_BYTES) }, (_, i) =>
        run.subarray(i * MARK_BYTES, (i + 1) * MARK_BYTES),
      );
    }
  }

  /** Last of all: a folder without it is no back-up. */
  async writeManifest(manifest: Manifest): Promise<void> {
    await writeFile(join(this.folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, {
      mode: 0o600,
      flush: true,
    });
  }

  /** Throws `not-found` where there is none, `bad-input` where it is not one of ours. */
  async manifest(): Promise<Manifest> {
    const file = join(this.folder, 'manifest.json');
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null)
      throw new VigilError('not-found', `${this.folder} is no whole back-up: ${file} is missing.`);
    const read = Manifest.safeParse(parsed(text));
    if (read.success) return read.data;
    throw new VigilError(
      'bad-input',
      `${file} is not of a back-up that this program knows: ${read.error.issues[0]?.path.join('.')} ${read.error.issues[0]?.message}`,
    );
  }

  #tableFile(name: string): string {
    return join(this.folder, 'tables', `${name}.copy.zst`);
  }

  #marksFile(): string {
    return join(this.folder, 'erased-marks');
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
