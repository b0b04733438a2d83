import { createHash } from 'node:crypto';

/** Statements that are named at most: each costs memory in every connection. Those of hot paths come early. */
const MOST_NAMED = 200;
/** Runs of a text before it is named: what is put together once for one search stays unnamed. */
const NAMED_AFTER = 5;
/** Texts counted at once, so that ever new ones cannot grow the map. */
const MOST_COUNTED = 2_000;

/**
 * Gives the statements that return often a name, under which PostgreSQL keeps them parsed in each connection.
 */
export class StatementNames {
  private readonly names = new Map<string, string>();
  private readonly runs = new Map<string, number>();
  private generation = 0;

  /** The name to run a text under; undefined to run it unnamed. */
  nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    if (this.names.size >= MOST_NAMED) return undefined;
    const runs = (this.runs.get(text) ?? 0) + 1;
    if (runs < NAMED_AFTER) {
      if (this.runs.size >= MOST_COUNTED) this.runs.clear();
      this.runs.set(text, runs);
      return undefined;
    }
    this.runs.delete(text);
    const name = `v${this.generation}_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    this.names.set(text, name);
    return name;
  }

  /** After a change of a table the kept statements may be refused: from here on all take new names. */
  renew(): void {
    this.generation += 1;
    this.names.clear();
  }
}
