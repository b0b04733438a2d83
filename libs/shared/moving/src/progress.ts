/** How far one step is. */
export interface Progress {
  /** `copying hit`, `checking evidence`: for a person. */
  readonly step: string;
  readonly done: number;
  readonly of: number;
  /** Of all there is to do, in bytes that pass. */
  readonly bytes: number;
  readonly ofBytes: number;
}

export type Say = (progress: Progress) => void;

/** Counts what passes, over all steps. */
export class Tally {
  #bytes = 0;
  #ofBytes = 0;
  #step = { name: '', done: 0, of: 0 };

  constructor(private readonly say: Say) {}

  /** So many bytes are to pass. */
  expect(bytes: number): void {
    this.#ofBytes += bytes;
  }

  begin(name: string, of: number): void {
    this.#step = { name, done: 0, of };
    this.#tell();
  }

  readonly passed = (count: number, bytes: number): void => {
    this.#step.done += count;
    this.#bytes += bytes;
    this.#tell();
  };

  #tell(): void {
    const { name: step, done, of } = this.#step;
    const bytes = this.#bytes;
    // An estimate that was too low is never shown as more than all.
    this.say({ step, done, of: Math.max(of, done), bytes, ofBytes: Math.max(this.#ofBytes, bytes) });
  }
}
