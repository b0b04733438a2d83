import type { Database } from '@vigil/database';

export interface Move {
  readonly partition: number;
  readonly generation: bigint;
  readonly expected: bigint;
  readonly next: bigint;
}

interface Waiting {
  readonly move: Move;
  readonly done: PromiseWithResolvers<boolean>;
}

/** Commits offsets of a group's partitions; those that come while one statement is under way share the next. */
export class OffsetCommits {
  #waiting: Waiting[] = [];
  #writing = false;

  constructor(
    private readonly database: Database,
    private readonly topic: string,
    private readonly group: string,
    private readonly owner: () => number,
  ) {}

  /** True once moved; false where it was fenced: the partition belongs to someone else or stands elsewhere. */
  move(move: Move): Promise<boolean> {
    const done = Promise.withResolvers<boolean>();
    this.#waiting.push({ move, done });
    if (!this.#writing) void this.#write();
    return done.promise;
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        const moved = await this.#commit(group.map((one) => one.move));
        for (const one of group) one.done.resolve(moved.has(one.move.partition));
      } catch (error) {
        for (const one of group) one.done.reject(error);
      }
    }
    this.#writing = false;
  }

  async #commit(moves: readonly Move[]): Promise<ReadonlySet<number>> {
    const rows = await this.database.query<{ partition: number }>(
      'SELECT partition FROM bus_commit($1, $2, $3, $4, $5, $6, $7) AS partition',
      [
        this.topic,
        this.group,
        this.owner(),
        moves.map((move) => move.partition),
        moves.map((move) => move.generation.toString()),
        moves.map((move) => move.expected.toString()),
        moves.map((move) => move.next.toString()),
      ],
    );
    return new Set(rows.map((row) => row.partition));
  }
}
