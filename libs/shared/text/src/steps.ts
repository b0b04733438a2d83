/**
 * What the normaliser does, in the order in which it does it. A rule may name steps it does without; see
 * docs/rule-language.md. The first eleven make the plain reading; the others make further readings of a text that gives
 * occasion for them (see `Readings`), and change nothing in the plain one.
 */
export const STEPS = [
  {
    name: 'entities',
    does: 'HTML entities are read as the characters they stand for',
    source: 'HTML Living Standard, 13.5; the package entities',
  },
  {
    name: 'percent',
    does: 'percent-encoded UTF-8 is read as the characters it stands for, not behind a digit',
    source: 'RFC 3986, 2.1; WHATWG URL, 1.3',
  },
  {
    name: 'compatibility',
    does: 'wide, mathematical, circled and presentation forms become the plain letter; ligatures their letters',
    source: 'NFKC, Unicode Standard Annex #15',
  },
  { name: 'case', does: 'capitals become small letters', source: 'Unicode Standard, 3.13' },
  {
    name: 'marks',
    does: 'accents, nuktas, strokes through and circles around letters, and transliteration’s ʿ and ʾ are left out',
    source: 'Unicode general categories Mn and Me, by script',
  },
  {
    name: 'letters',
    does: 'Latin and Cyrillic letters that other keyboards lack become the usual one: ø o, ß ss, ı i, қ к',
    source: 'listed in fold.ts',
  },
  {
    name: 'arabic',
    does: 'the forms of alef, yeh, kaf, heh and hamza become one, Persian, Urdu and Pashto ones with them',
    source: 'listed in fold.ts',
  },
  {
    name: 'harakat',
    does: 'Arabic vowel signs, Quranic marks and tatweel are left out',
    source: 'Unicode Mn of the Arabic script; U+0640',
  },
  { name: 'digits', does: 'digits of every script become 0 to 9', source: 'Unicode general category Nd' },
  {
    name: 'invisible',
    does: 'zero-width, bidi, variation and tag characters and soft hyphens are left out',
    source: 'Unicode Default_Ignorable_Code_Point and Cf',
  },
  {
    name: 'hashtags',
    does: '#IslamicHistory reads as two words',
    source: 'case as the tag was published with',
  },
  {
    name: 'confusables',
    does: 'letters that look like those of the word’s own script are read as them: bаqiyа with Cyrillic а',
    source: 'Unicode Technical Standard #39, confusables.txt; small capitals and enclosed letters listed',
  },
  {
    name: 'spaced',
    does: 'three or more single letters between spaces, dots, dashes or emoji are one word: b.a.q.i.y.a',
    source: 'none published; the rule is in letter-groups.ts',
  },
  {
    name: 'leet',
    does: 'digits and signs within a word are read as the letters they look like: b4q1y4, b@qiya; plain numbers stay',
    source: 'usage; listed in digit-letters.ts',
  },
  {
    name: 'arabizi',
    does: 'digits within a word are read as the Arabic letters they are written for: 5ilafa khilafa, ba9iya baqiya',
    source: 'M. Yaghan, “Arabizi”, Design Issues 24(2), 2008',
  },
  {
    name: 'runs',
    does: 'three or more of one letter are read as one, and as two: baaaqiya',
    source: 'S. Brody and N. Diakopoulos, EMNLP 2011, on lengthening',
  },
] as const;

export type Step = (typeof STEPS)[number]['name'];

/** A set of steps: bit `i` for STEPS[i]. */
export type StepSet = number;

export const NO_STEPS: StepSet = 0;

/** Every step's own bit. */
export const STEP = Object.fromEntries(STEPS.map(({ name }, at) => [name, 1 << at])) as Readonly<
  Record<Step, StepSet>
>;

export const ALL_STEPS: StepSet = (1 << STEPS.length) - 1;

/** The steps that make further readings. */
export const READING_STEPS: StepSet = STEP.confusables | STEP.spaced | STEP.leet | STEP.arabizi | STEP.runs;

export function stepSet(names: Iterable<Step>): StepSet {
  let set = NO_STEPS;
  for (const name of names) set |= STEP[name];
  return set;
}

/** The names of a set's steps, in their order. */
export function stepsIn(set: StepSet): Step[] {
  return STEPS.flatMap(({ name }, at) => ((set >> at) & 1 ? [name] : []));
}
