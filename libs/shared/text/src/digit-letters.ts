/** What digits and signs within a word stand for. A character without an entry is read as by the first table. */
export type DigitReading = 'leet' | 'leet-l' | 'arabizi';

/** Letters by the unit of the digit or sign that is read as them. */
type Letters = ReadonlyMap<number, string>;

function byUnit(letters: Readonly<Record<string, string>>): Letters {
  return new Map(Object.entries(letters).map(([character, read]) => [character.charCodeAt(0), read]));
}

/** Latin letters that digits and signs look like. 9 is a g to English writers; who writes Arabic means q: see ARABIZI. */
const LEET = byUnit({
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
});

/** The second likeness of some of them. */
const LEET_L = byUnit({ '1': 'l', '!': 'l', '|': 'l', '6': 'b' });

/**
 * Digits for the Arabic letters that Latin lacks, as they are transliterated: hamza and ʿayn are left out, as the plain
 * reading leaves out ʾ and ʿ. 9 is qāf in the Gulf and the Maghreb (ṣād in the Levant), 8 qāf in Iraq and the Levant.
 * Source: M. Yaghan, “Arabizi: A Contemporary Style of Arabic Slang”, Design Issues 24(2), 2008; K. Darwish,
 * “Arabizi Detection and Conversion to Arabic”, ANLP 2014.
 */
const ARABIZI = byUnit({
  '2': '',
  '3': '',
  '5': 'kh',
  '6': 't',
  '7': 'h',
  '8': 'q',
  '9': 'q',
});

/** In a Cyrillic word. */
const CYRILLIC = byUnit({
  '0': 'о',
  '1': 'и',
  '3': 'з',
  '4': 'ч',
  '6': 'б',
  '8': 'в',
  '@': 'а',
  $: 'с',
  '€': 'е',
});

/** In an Arabic word: by the shapes of ١ ٤ ٥ ٩. */
const ARABIC = byUnit({ '1': 'ا', '4': 'ع', '5': 'ه', '9': 'و' });

/** The script of the word that a digit stands in. */
export type Surroundings = 'latin' | 'cyrillic' | 'arabic';

/** What the unit of a digit or a sign is read as; null where it means nothing there. */
export function letterOf(unit: number, surroundings: Surroundings, reading: DigitReading): string | null {
  if (surroundings === 'cyrillic') return CYRILLIC.get(unit) ?? null;
  if (surroundings === 'arabic') return ARABIC.get(unit) ?? null;
  const own = reading === 'arabizi' ? ARABIZI.get(unit) : reading === 'leet-l' ? LEET_L.get(unit) : undefined;
  return own ?? LEET.get(unit) ?? null;
}

/** Whether the unit of a digit or a sign has this reading besides the first. */
export function hasReading(unit: number, reading: Exclude<DigitReading, 'leet'>): boolean {
  return (reading === 'arabizi' ? ARABIZI : LEET_L).has(unit);
}
