import { readableBytes, readableCount, type Progress } from '@vigil/moving';
import type { Terminal } from './terminal.js';

const WIDTH = 24;
/** Redrawn so often at most: faster than an eye, slower than a loop. */
const DRAW_EVERY_MS = 100;
/** Where nobody looks on, a log is told now and then. */
const TELL_EVERY_MS = 10_000;
/** An estimate from less than this is a guess. */
const ESTIMATE_AFTER_MS = 2_000;

/** How far what is counted, and not weighed, has come. */
type Counted = Pick<Progress, 'step' | 'done' | 'of'>;

/** Shows how far a long command is: a bar that draws itself over for a person, lines for a log. */
export class ProgressBar {
  readonly #startedAt = performance.now();
  #drawnAt = -Infinity;
  #step = '';

  constructor(private readonly terminal: Terminal) {}

  readonly show = (progress: Progress | Counted): void => {
    const now = performance.now();
    const isNew = progress.step !== this.#step;
    const { interactive } = this.terminal;
    if (now - this.#drawnAt < (interactive ? DRAW_EVERY_MS : isNew ? 0 : TELL_EVERY_MS)) return;
    this.#drawnAt = now;
    this.#step = progress.step;
    const text = progressText(progress, now - this.#startedAt);
    this.terminal.err(interactive ? `\r\u001b[K${text}` : `vigil: ${text}\n`);
  };

  /** Leaves the line to what comes next. */
  end(): void {
    if (this.terminal.interactive) this.terminal.err('\r\u001b[K');
  }
}

/** `[######------------------]  25%  copying hit  12,345 of 40,000  1.20 GB of 4.80 GB  2 min left` */
export function progressText(progress: Progress | Counted, tookMs: number): string {
  const { step, done, of } = progress;
  const [is, whole] = 'bytes' in progress ? [progress.bytes, progress.ofBytes] : [done, of];
  const share = whole === 0 ? 0 : Math.min(1, is / whole);
  const filled = Math.round(share * WIDTH);
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}]`;
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const count = of > 0 ? `${readableCount(done)} of ${readableCount(of)}` : readableCount(done);
  const parts = [bar, percent, step, count];
  if ('bytes' in progress)
    parts.push(`${readableBytes(progress.bytes)} of ${readableBytes(progress.ofBytes)}`);
  if (tookMs > ESTIMATE_AFTER_MS && share > 0)
    parts.push(`${durationText((tookMs * (1 - share)) / share)} left`);
  return parts.join('  ');
}

function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
