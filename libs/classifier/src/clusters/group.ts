import { estimate } from '@vigil/text';
import type { Marks } from './marks.js';

/**
 * Estimated Jaccard similarity from which on two posts are reposts of one text: four of ten different shingles in common,
 * give or take 0.09 (see PERMUTATIONS).
 */
export const LEAST_SIMILARITY = 0.4;

/** Posts that are tied by media, links or a known text belong together within this time; copies of a text always. */
export const TIED_WITHIN_MS = 24 * 3_600_000;

/** A campaign already there. */
export interface Open {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly firstAt: number;
}

/** A campaign after a batch: who joins it, and which others turned out to be part of it. */
export interface Group {
  readonly id: string;
  readonly posts: readonly Marks[];
  readonly absorbed: readonly string[];
}

/**
 * Groups the new posts of a batch with each other and with the campaigns that each was found to belong to (`found`, by
 * the post's key). Where several turn out to be one, the one that began first is kept, so that a late translation does
 * not rename it. Pure; the same posts give the same groups in any order but for the id of a new one.
 */
export function group(
  posts: readonly Marks[],
  found: ReadonlyMap<string, readonly string[]>,
  open: ReadonlyMap<string, Open>,
): Group[] {
  const sets = new DisjointSets();
  posts.forEach((post, at) => {
    sets.add(post.key);
    for (const campaign of found.get(post.key) ?? []) sets.join(post.key, campaign);
    for (let before = 0; before < at; before++) {
      const other = posts[before] as Marks;
      if (sets.rootOf(post.key) !== sets.rootOf(other.key) && belong(post, other))
        sets.join(post.key, other.key);
    }
  });
  return [...Map.groupBy(posts, (post) => sets.rootOf(post.key)).values()].map((members) => {
    const campaigns = [...new Set(members.flatMap((post) => found.get(post.key) ?? []))]
      .map((id) => open.get(id) ?? { id, firstAt: Infinity })
      .sort((a, b) => a.firstAt - b.firstAt || (a.id < b.id ? -1 : 1));
    const [kept, ...absorbed] = campaigns.map(({ id }) => id);
    const id = kept ?? (members[0] as Marks).key;
    return { id, posts: members, absorbed };
  });
}

function belong(a: Marks, b: Marks): boolean {
  if (a.demo !== b.demo) return false;
  if (
    a.text &&
    b.text &&
    (a.text.hash === b.text.hash || estimate(a.text.signature, b.text.signature) >= LEAST_SIMILARITY)
  )
    return true;
  return Math.abs(a.at - b.at) <= TIED_WITHIN_MS && a.ties.some((tie) => b.ties.includes(tie));
}

/** Union-find with path halving (R. Tarjan, J. van Leeuwen, 1984). */
class DisjointSets {
  private readonly parents = new Map<string, string>();

  add(name: string): void {
    if (!this.parents.has(name)) this.parents.set(name, name);
  }

  join(a: string, b: string): void {
    this.add(a);
    this.add(b);
    this.parents.set(this.rootOf(a), this.rootOf(b));
  }

  rootOf(name: string): string {
    let at = name;
    for (let above = this.above(at); above !== at; above = this.above(at)) {
      this.parents.set(at, this.above(above));
      at = above;
    }
    return at;
  }

  private above(name: string): string {
    return this.parents.get(name) ?? name;
  }
}
