/** What repeats in a hostile text: each is dear to another part of the classification. */
const PARTS = {
  'lone surrogates': '\ud800',
  'combining marks': '\u0301',
  'zero-width characters': '\u200b',
  'zero-width between letters': 'b\u200ba\u200c',
  'spaced letters': 'b a q i y a ',
  'letters spaced by dashes': 'b-a-q-',
  'a digit in every word': 'b4q1y4 ',
  'a run of letters in every word': 'aaab ',
  'two scripts in every word': 'хaмac ',
  'every occasion in every word': '1bаaаа66! ',
  'letters in circles': '🅑',
  'half flags': '🇮',
  'tags of single letters': '#aB',
  'ligatures of 18 letters': 'ﷺ',
  entities: '&amp;#97;',
  'percent-encoding': '%D8%A8',
  proclitics: 'وال',
  'one word': 'a',
  'words of one character': '中',
  'mail addresses without an end': 'a@a.',
  'addresses of coins without a checksum': `${'1a'.repeat(17)} `,
  'phone numbers': '+1 (555) 555-5555 ',
} as const;

export type HostileText = keyof typeof PARTS;
export const HOSTILE_TEXTS = Object.keys(PARTS) as readonly HostileText[];

/** A hostile text of `length` units, between two matches where one is given, so that nothing of the way is left out. */
export function hostileText(kind: HostileText, length: number, match = ''): string {
  const part = PARTS[kind];
  const between = Math.max(0, length - 2 * (match.length + 1));
  const middle = part.repeat(Math.ceil(between / part.length)).slice(0, between);
  // From bytes, as posts come: a string built of parts would be measured flattening itself.
  return Buffer.from(`${match} ${middle} ${match}`, 'utf16le').toString('utf16le');
}
