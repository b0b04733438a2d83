import { VigilError } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import type { Problem } from '../connectors/connector.js';

/**
 * A followed source's cursor is written at most so often: after a crash what lies behind it is read again and changes
 * nothing (a post is counted once), while 500 sources at 10 lines a second would otherwise be 5,000 updates a second.
 */
export const LAZY_FLUSH_MS = 500;
/** Problems kept per source and flush, and per source in all: enough to see what is wrong. */
const MAX_PROBLEMS_PER_FLUSH = 20;
const MAX_PROBLEMS_KEPT = 100;

export interface Move {
  readonly sourceId: string;
  /** The lease's epoch: a move with an old one changes nothing and is refused as `fenced`. */
  readonly epoch: bigint;
  readonly cursor: unknown;
  readonly posts: number;
}

interface Pending {
  epoch: bigint;
  cursor: unknown;
  posts: number;
  waiting: { resolve: () => void; reject: (error: unknown) => void }[];
}

interface Aside {
  problems: (Problem & { at: string })[];
  seen: number;
}

/**
 * Moves cursors after the bus has acknowledged, many sources in one UPDATE, each fenced by its lease's epoch.
 * Of several moves of one source only the last is written.
 */
export class Progress {
  #pending = new Map<string, Pending>();
  #asides = new Map<string, Aside>();
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: Pick<Database, 'query' | 'transaction'>,
    private readonly now: () => string,
  ) {}

  /** Resolves once the cursor is stored; rejects with `fenced` where another process or definition has taken over. */
  move(move: Move, when: 'now' | 'soon'): Promise<void> {
    const stored = new Promise<void>((resolve, reject) => {
      const before = this.#pending.get(move.sourceId);
      if (before !== undefined && before.epoch === move.epoch) {
        before.cursor = move.cursor;
        before.posts += move.posts;
        before.waiting.push({ resolve, reject });
      } else {
        for (const waiter of before?.waiting ?? []) {
          waiter.reject(new VigilError('fenced', `source ${move.sourceId} was taken over`));
        }
        this.#pending.set(move.sourceId, {
          epoch: move.epoch,
          cursor: move.cursor,
          posts: move.posts,
          waiting: [{ resolve, reject }],
        });
      }
    });
    if (when === 'now') void this.flush();
    else this.#later();
    return stored;
  }

  /** Counts posts that came without a cursor (POST /api/import). */
  async count(sourceId: string, posts: number): Promise<void> {
    await this.db.query(
      `UPDATE source_progress SET posts_collected = posts_collected + $2, last_poll_at = $3, last_success_at = $3, last_error = NULL, consecutive_failures = 0
       WHERE source_id = $1`,
      [sourceId, posts, this.now()],
    );
  }

  /** Counts what was set aside, and keeps a sample of it. */
  setAside(sourceId: string, problem: Problem): void {
    let aside = this.#asides.get(sourceId);
    if (aside === undefined) this.#asides.set(sourceId, (aside = { problems: [], seen: 0 }));
    aside.seen++;
    if (aside.problems.length < MAX_PROBLEMS_PER_FLUSH) {
      aside.problems.push({
        at: this.now(),
        place: storable(problem.place, 200),
        message: storable(problem.message, 500),
      });
    }
    this.#later();
  }

  /** Writes what is pending; one flush at a time. Never rejects: who waits for a move is told. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#write());
    return this.#flushing;
  }

  #later(): void {
    this.#timer ??= setTimeout(() => void this.flush(), LAZY_FLUSH_MS);
  }

  async #write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const moves = [...this.#pending.entries()];
    const asides = [...this.#asides.entries()];
    this.#pending = new Map();
    this.#asides = new Map();
    await Promise.all([this.#writeMoves(moves), this.#writeAsides(asides)]);
  }

  async #writeMoves(moves: readonly (readonly [string, Pending])[]): Promise<void> {
    if (moves.length === 0) return;
    try {
      const moved = await this.db.query<{ source_id: string }>(
        `UPDATE source_progress p
         SET cursor = m.cursor::jsonb, posts_collected = p.posts_collected + m.posts, last_success_at = $5, last_error = NULL, consecutive_failures = 0
         FROM unnest($1::text[], $2::bigint[], $3::text[], $4::int[]) AS m (source_id, epoch, cursor, posts)
         WHERE p.source_id = m.source_id AND p.epoch = m.epoch
         RETURNING p.source_id`,
        [
          moves.map(([id]) => id),
          moves.map(([, move]) => move.epoch.toString()),
          moves.map(([, move]) => JSON.stringify(move.cursor)),
          moves.map(([, move]) => move.posts),
          this.now(),
        ],
      );
      const stored = new Set(moved.map((row) => row.source_id));
      for (const [id, move] of moves) {
        for (const waiter of move.waiting) {
          if (stored.has(id)) waiter.resolve();
          else waiter.reject(new VigilError('fenced', `source ${id} was taken over`));
        }
      }
    } catch (error) {
      for (const [, move] of moves) for (const waiter of move.waiting) waiter.reject(error);
    }
  }

  /** Samples are for people: where they cannot be written the source itself says so soon enough. */
  async #writeAsides(asides: readonly (readonly [string, Aside])[]): Promise<void> {
    if (asides.length === 0) return;
    const rows = asides.flatMap(([id, aside]) => aside.problems.map((problem) => ({ id, ...problem })));
    const ids = asides.map(([id]) => id);
    try {
      await this.db.query(
        `INSERT INTO source_problem (source_id, at, place, message)
         SELECT n.source_id, n.at, n.place, n.message FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[]) AS n (source_id, at, place, message)
         JOIN source s ON s.id = n.source_id`,
        [
          rows.map((row) => row.id),
          rows.map((row) => row.at),
          rows.map((row) => row.place),
          rows.map((row) => row.message),
        ],
      );
      await this.db.query(
        `UPDATE source_progress p SET problems_seen = p.problems_seen + n.seen
         FROM unnest($1::text[], $2::int[]) AS n (source_id, seen) WHERE p.source_id = n.source_id`,
        [ids, asides.map(([, aside]) => aside.seen)],
      );
      await this.db.query(
        `DELETE FROM source_problem d USING (
           SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY source_id ORDER BY id DESC) AS place
                           FROM source_problem WHERE source_id = ANY ($1)) ranked WHERE place > $2
         ) old WHERE d.id = old.id`,
        [ids, MAX_PROBLEMS_KEPT],
      );
    } catch {
      // The samples and counts of these half seconds are lost; nothing collected depends on them.
    }
  }
}

/** A parser may quote what it was given, and PostgreSQL's text cannot hold U+0000. */
function storable(text: string, most: number): string {
  return text.slice(0, most).replaceAll('\0', '\ufffd');
}
