import { VigilError, type Hit } from '@vigil/contracts';

/** A hit that the index will not take as it is, however often it is asked. */
export interface RefusedHit {
  /** Of the post. */
  readonly id: string;
  /** What the engine calls the fault. It quotes nothing of the post. */
  readonly reason: string;
}

/** Thrown by `HitIndex.put` once everything else of the call is stored: asking again would not help these. */
export class RefusedHits extends VigilError {
  constructor(readonly refused: readonly RefusedHit[]) {
    const reasons = [...new Set(refused.map((one) => one.reason))].sort().join(', ');
    super('poison', `The hit index does not take ${refused.length} hits as they are: ${reasons}`);
  }
}

/** What is made of each hit, and the hits of which nothing can be made: one of them must not hold up the others. */
export function makeEach<T>(
  hits: readonly Hit[],
  make: (hit: Hit) => T,
): { readonly made: readonly T[]; readonly refused: readonly RefusedHit[] } {
  const made: T[] = [];
  const refused: RefusedHit[] = [];
  for (const hit of hits) {
    try {
      made.push(make(hit));
    } catch (error) {
      // The message of a fault of our own may quote the post; that of a VigilError does not.
      const reason =
        error instanceof VigilError ? error.message : `no document can be made of it (${nameOf(error)})`;
      refused.push({ id: hit.post.id, reason });
    }
  }
  return { made, refused };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
