import { createHash } from 'node:crypto';
import { sloganOf, VigilError, type Hit, type HitState } from '@vigil/contracts';
import { tokenise } from '@vigil/text';

/** Ranks of the states: of equal versions the higher wins. */
const STATE_NUMBER: Record<Exclude<HitState, 'erased'>, number> = {
  current: 0,
  superseded: 1,
  deleted: 2,
  withdrawn: 3,
};

/** A state's rank. Throws `internal` for an erased hit, of which nothing is stored. */
export function stateNumber(state: HitState): number {
  if (state === 'erased') throw new VigilError('internal', 'an erased hit has no document');
  return STATE_NUMBER[state];
}

/** The words of a text or of a query, as every index holds them. */
export function tokensOf(text: string): string[] {
  return tokenise(text).map((token) => token.text);
}

/** The rules of a hit and the slogans that they word, each once. */
export function rulesOf({ verdict }: Hit): string[] {
  return [...new Set(verdict.matches.flatMap((match) => [match.rule, sloganOf(match).id]))];
}

/** Who wrote it, by the name that a person would search for; empty where nobody knows. */
export function authorOf({ post }: Hit): string {
  return post.author.handle ?? post.author.nativeId ?? post.author.displayName ?? '';
}

/** PostgreSQL's text cannot hold U+0000, and no UTF-8 half a surrogate pair. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** PostgreSQL knows no year 0, which ISO 8601 does. */
export function storableInstant(instant: string): string {
  return instant.startsWith('0000') ? '0001-01-01T00:00:00Z' : instant;
}

/** How an erased id is remembered: the list of them must not itself say what was erased. */
export function idHash(id: string): Buffer {
  return createHash('sha256').update(storable(id)).digest();
}
