/** What digits and signs within a word stand for. A character without an entry is read as by the first table. */
export type DigitReading = 'leet' | 'leet-l' | 'arabizi';

/** Latin letters that digits and signs look like. 9 is a g to English writers; who writes Arabic means q: see ARABIZI. */
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '2': 'z',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '6': 'g',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'i',
  '+': 't',
  '€': 'e',
  '£': 'l',
  '¥': 'y',
};

/** The second likeness of some of them. */
const LEET_L: Readonly<Record<string, string>> = { '1': 'l', '!': 'l', '|': 'l', '6': 'b' };

/**
 * Digits for the Arabic letters that Latin lacks, as they are transliterated: hamza and ʿayn are left out, as the plain
 * reading leaves out ʾ and ʿ. 9 is qāf in the Gulf and the Maghreb (ṣād in the Levant), 8 qāf in Iraq and the Levant.
 * Source: M. Yaghan, “Arabizi: A Contemporary Style of Arabic Slang”, Design Issues 24(2), 2008; K. Darwish,
 * “Arabizi Detection and Conversion to Arabic”, ANLP 2014.
 */
const ARABIZI: Readonly<Record<string, string>> = {
  '2': '',
  '3': '',
  '5': 'kh',
  '6': 't',
  '7': 'h',
  '8': 'q',
  '9': 'q',
};

/** In a Cyrillic word. */
const CYRILLIC: Readonly<Record<string, string>> = {
  '0': 'о',
  '1': 'и',
  '3': 'з',
  '4': 'ч',
  '6': 'б',
  '8': 'в',
  '@': 'а',
  $: 'с',
  '€': 'е',
};

/** In an Arabic word: by the shapes of ١ ٤ ٥ ٩. */
const ARABIC: Readonly<Record<string, string>> = { '1': 'ا', '4': 'ع', '5': 'ه', '9': 'و' };

/** The script of the word that a digit stands in. */
export type Surroundings = 'latin' | 'cyrillic' | 'arabic';

/** What `character`, a digit or a sign, is read as; itself where it means nothing there (a sign: null). */
export function letterOf(
  character: string,
  surroundings: Surroundings,
  reading: DigitReading,
): string | null {
  if (surroundings === 'cyrillic') return CYRILLIC[character] ?? null;
  if (surroundings === 'arabic') return ARABIC[character] ?? null;
  const own =
    reading === 'arabizi' ? ARABIZI[character] : reading === 'leet-l' ? LEET_L[character] : undefined;
  return own ?? LEET[character] ?? null;
}

/** Whether a digit or sign has a reading of its own besides the first. */
export function hasReading(character: string, reading: DigitReading): boolean {
  if (reading === 'leet') return true;
  return (reading === 'arabizi' ? ARABIZI : LEET_L)[character] !== undefined;
}
