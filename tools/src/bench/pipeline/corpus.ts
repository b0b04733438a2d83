/**
 * What the pipeline bench feeds: made-up words in three scripts, 5,000 made-up phrases of which 5% of the posts hold
 * one, 46,000 accounts over 500 sources. Everything follows from the numbers, so two processes agree without talking.
 */
export const SOURCES = 500;
export const ACCOUNTS = 46_000;
export const PATTERNS = 5_000;
/** Every 20th post holds a phrase. */
export const HIT_EVERY = 20;
/** Every 5th hit also holds this phrase's rule, by which the bench looks for it: a sample that a search finds cheaply. */
export const SAMPLE_EVERY = 5 * HIT_EVERY;
export const PACK = 'bench';
export const SAMPLE_RULE = `${PACK}/sampled`;
const PHRASES_PER_RULE = 10;
const SAMPLE_PHRASE = 'sampled by the bench';
const LANGUAGES = ['en', 'ar', 'ru'] as const;
/** Words of a script, and words of a post: some 250 characters, as a message of a channel has. */
const VOCABULARY = 8_000;
const WORDS_PER_POST = 38;
const BODIES = 2_000;

const SYLLABLES = {
  en: ['ba', 'ce', 'di', 'fo', 'gu', 'ha', 'je', 'ki', 'lo', 'mu', 'na', 'pe', 'ri', 'so', 'tu', 've'],
  ar: ['با', 'تي', 'جو', 'حا', 'دي', 'رو', 'سا', 'شي', 'صو', 'عا', 'في', 'كو', 'لا', 'مي', 'نو', 'ها'],
  ru: ['ба', 'ве', 'ги', 'до', 'жу', 'за', 'ке', 'ли', 'мо', 'ну', 'па', 'ре', 'си', 'то', 'фу', 'че'],
};
type Script = keyof typeof SYLLABLES;

/** The n-th word of a script: three or four syllables, each number another word. */
function word(n: number, script: Script): string {
  const syllables = SYLLABLES[script];
  let out = '';
  for (let rest = n + 4_096; rest > 0; rest = Math.floor(rest / 16)) out += syllables[rest % 16] ?? '';
  return out;
}

/** Phrases are of words that no post uses otherwise: exactly the posts meant to hit do. */
export function phrase(n: number): { text: string; language: Script } {
  const language = LANGUAGES[n % 3] ?? 'en';
  return {
    text: `${word(VOCABULARY + n, language)} ${word(VOCABULARY + 2 * n + 1, language)} ${word(n % 97, language)}`,
    language,
  };
}

/** The rule that holds the n-th phrase. */
export function ruleOf(n: number): string {
  return `${PACK}/r${Math.floor(n / PHRASES_PER_RULE)}`;
}

/** The pack's files, JSON being YAML. */
export function packFiles(): Record<string, string> {
  const rule = (id: string, phrases: Record<string, string[]>, match: string) => ({
    id,
    title: `Bench ${id}`,
    kind: 'slogan',
    category: 'slogan',
    severity: 'medium',
    indicator: 'other',
    reference: 'unverified',
    phrases,
    examples: { match: [match], noMatch: ['a post without any of them'] },
  });
  const rules = Array.from({ length: Math.ceil((PATTERNS - 1) / PHRASES_PER_RULE) }, (_, r) => {
    const phrases: Record<string, string[]> = {};
    for (let n = r * PHRASES_PER_RULE; n < Math.min((r + 1) * PHRASES_PER_RULE, PATTERNS - 1); n += 1) {
      const { text, language } = phrase(n);
      (phrases[language] ??= []).push(text);
    }
    return rule(`r${r}`, phrases, phrase(r * PHRASES_PER_RULE).text);
  });
  rules.push(rule('sampled', { en: [SAMPLE_PHRASE] }, SAMPLE_PHRASE));
  return {
    'pack.yaml': JSON.stringify({
      name: PACK,
      title: 'Phrases of the bench',
      description: `${PATTERNS} made-up phrases, to measure with as many patterns as a large installation has.`,
      maintainer: 'tools/src/bench',
      licence: 'Apache-2.0',
    }),
    'rules/bench.yaml': JSON.stringify(rules, null, 1),
  };
}

export function sourceId(n: number): string {
  return `bench-${n}`;
}

/** The n-th post's source: one after the other, each account of a source in turn. */
export function sourceOf(n: number): number {
  return n % SOURCES;
}

export function isHit(n: number): boolean {
  return n % HIT_EVERY === 0;
}

export function isSampled(n: number): boolean {
  return n % SAMPLE_EVERY === 0;
}

/** The number of a sampled post, from its id. */
export function numberOf(postId: string): number {
  return Number(/(\d+)$/.exec(postId)?.[1] ?? Number.NaN);
}

const bodies: string[] = [];

/** A line of a stream. Bodies repeat every few thousand posts; each post's number makes it a text of its own. */
export function line(n: number, publishedAt: string): string {
  if (bodies.length === 0) for (let i = 0; i < BODIES; i += 1) bodies.push(body(i));
  const account = n % ACCOUNTS;
  const begin = bodies[n % BODIES] ?? '';
  const held = isHit(n) ? ` ${phrase((n / HIT_EVERY) % (PATTERNS - 1)).text}` : '';
  const sampled = isSampled(n) ? ` ${SAMPLE_PHRASE}` : '';
  const language = LANGUAGES[(n % BODIES) % 3];
  return `{"id":"${n}","platform":"bench","channel":"channel-${account}","author":"account-${account}","publishedAt":"${publishedAt}","language":"${language}","text":"${begin}${held}${sampled} ${n}"}\n`;
}

/** Words as often as in natural language: the k-th most frequent 1/k as often as the first (Zipf). */
function body(i: number): string {
  const script = LANGUAGES[i % 3] ?? 'en';
  let seed = i * 2_654_435_761 + 1;
  const words: string[] = [];
  for (let k = 0; k < WORDS_PER_POST; k += 1) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    words.push(word(Math.floor(VOCABULARY ** (seed / 2 ** 32)), script));
  }
  return words.join(' ');
}
