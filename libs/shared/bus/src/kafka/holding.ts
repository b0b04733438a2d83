/** One partition in the hands of a consumer, from one assignment to the next. */
export class Holding {
  readonly #abort = new AbortController();
  /** Why the batch in hand waits for something that must pass by itself; null while it goes on. */
  waiting: string | null = null;
  /** When the batch in hand began, on performance.now(); null between batches. */
  handlingSince: number | null = null;

  constructor(
    readonly partition: number,
    /** Offset of the next record to handle. */
    public readTo: bigint,
    /** What the group's offset on the brokers says; null where nothing was committed yet. */
    public committed: bigint | null,
  ) {}

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  abort(): void {
    this.#abort.abort();
  }
}
