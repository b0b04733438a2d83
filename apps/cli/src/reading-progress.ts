import { stat } from 'node:fs/promises';
import type { Terminal } from './terminal.js';

/** Shows a person how much of some files is read. Nothing where nobody looks on, or the length is not known. */
export interface ReadingProgress {
  /** So many more bytes and posts of them. */
  read(bytes: number, posts: number): void;
  /** Leaves the line to what comes next. */
  end(): void;
}

const SILENT: ReadingProgress = { read: () => undefined, end: () => undefined };

export async function readingProgress(
  files: readonly string[],
  terminal: Terminal,
): Promise<ReadingProgress> {
  if (!terminal.interactive || files.includes('-')) return SILENT;
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  const ofBytes = sizes.reduce((sum, size) => sum + size, 0);
  // Loaded only where it is seen.
  const { ProgressBar } = await import('./progress-bar.js');
  const bar = new ProgressBar(terminal);
  let bytes = 0;
  let done = 0;
  return {
    read: (moreBytes, morePosts) => {
      bytes += moreBytes;
      done += morePosts;
      bar.show({ step: 'judging posts', done, of: 0, bytes, ofBytes });
    },
    end: () => bar.end(),
  };
}
