import type { Hit, HitState } from '@vigil/contracts';

/** Hits of one request: enough to make its round trip cheap, few enough that it stays short. */
const MAX_HITS = 1_000;
/** Post text of one request, in UTF-16 units: bounds the memory of 1,000 very long posts. */
const MAX_UNITS = 4_000_000;

const STATE_ORDER: readonly HitState[] = ['current', 'superseded', 'deleted', 'withdrawn', 'erased'];

/** Of several versions of a hit in one call only the one that wins, sorted by id so that concurrent writers can't deadlock. */
export function newestOfEach(hits: readonly Hit[]): Hit[] {
  const newest = new Map<string, Hit>();
  for (const hit of hits) {
    const known = newest.get(hit.post.id);
    if (!known || isAtLeast(hit, known)) newest.set(hit.post.id, hit);
  }
  return [...newest.values()].sort((a, b) => (a.post.id < b.post.id ? -1 : 1));
}

function isAtLeast(a: Hit, b: Hit): boolean {
  if (a.state === 'erased' || b.state === 'erased') return a.state === 'erased';
  const difference =
    a.verdict.revision - b.verdict.revision ||
    a.verdict.ruleset - b.verdict.ruleset ||
    STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state);
  return difference >= 0;
}

/** The hits in pieces of bounded count and text. */
export function* chunks(hits: readonly Hit[]): Generator<Hit[]> {
  let chunk: Hit[] = [];
  let units = 0;
  for (const hit of hits) {
    if (chunk.length === MAX_HITS || (chunk.length > 0 && units + hit.post.text.length > MAX_UNITS)) {
      yield chunk;
      chunk = [];
      units = 0;
    }
    chunk.push(hit);
    units += hit.post.text.length;
  }
  if (chunk.length > 0) yield chunk;
}
