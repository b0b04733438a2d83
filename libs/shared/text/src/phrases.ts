import { NormalisedText, normalise } from './normalise.js';

/** A phrase to look for, as an author writes it. */
export interface Phrase {
  readonly text: string;
  /** Whether Arabic proclitics may stand before its first word. */
  readonly proclitics: boolean;
}

/** Normalised phrases one behind the other, with the second form of those that begin with the Arabic article. */
export interface Entries {
  /** The text of entry `i` is units[offsets[i], offsets[i + 1]). */
  readonly units: Uint16Array;
  readonly offsets: Uint32Array;
  /** By entry, the number of its phrase. */
  readonly phrases: Int32Array;
  /** By entry, 1 where proclitics may stand before it. */
  readonly proclitics: Uint8Array;
  readonly count: number;
}

/** Longest phrase in normalised units: far beyond any slogan; bounds the depth of the trie. */
export const MAX_PHRASE = 4_000;

const ALEF = 0x0627;
const LAM = 0x0644;
/** Units of the article (ال) and the shortest word behind it. */
const SHORTEST_WITH_ARTICLE = 4;

/** Normalises the phrases. Throws RangeError, naming its number, for one that is empty then, or too long. */
export function collect(phrases: readonly Phrase[]): Entries {
  let units = new Uint16Array(1 << 16);
  const most = 2 * phrases.length;
  const offsets = new Uint32Array(most + 1);
  const owners = new Int32Array(most);
  const proclitics = new Uint8Array(most);
  let count = 0;
  let used = 0;
  const add = (text: Uint16Array, phrase: number, behind: boolean) => {
    if (used + text.length > units.length) {
      const wider = new Uint16Array(2 * (used + text.length));
      wider.set(units);
      units = wider;
    }
    units.set(text, used);
    used += text.length;
    owners[count] = phrase;
    proclitics[count++] = behind ? 1 : 0;
    offsets[count] = used;
  };
  const scratch = new NormalisedText();
  phrases.forEach((phrase, number) => {
    const { length } = normalise(phrase.text, scratch);
    if (length === 0) throw new RangeError(`phrase ${number} normalises to nothing`);
    if (length > MAX_PHRASE) throw new RangeError(`phrase ${number} is longer than ${MAX_PHRASE} characters`);
    const text = scratch.units.subarray(0, length);
    add(text, number, phrase.proclitics);
    // The preposition ل swallows the alef of the article: للدولة for ل + الدولة.
    if (phrase.proclitics && length >= SHORTEST_WITH_ARTICLE && text[0] === ALEF && text[1] === LAM) {
      const swallowed = text.slice();
      swallowed[0] = LAM;
      add(swallowed, number, true);
    }
  });
  return {
    units: units.slice(0, used),
    offsets: offsets.slice(0, count + 1),
    phrases: owners.slice(0, count),
    proclitics: proclitics.slice(0, count),
    count,
  };
}
