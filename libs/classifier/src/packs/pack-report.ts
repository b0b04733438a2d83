import type { Pack, SloganRule } from './schema.js';

/** What a pack holds, for its maintainers and for who publishes it. */
export interface PackReport {
  readonly name: string;
  readonly rules: number;
  /** State → rules in it; a state that none is in is left out. */
  readonly states: Readonly<Record<string, number>>;
  readonly phrases: number;
  /** Language tag → rules with a phrase in it. */
  readonly languages: Readonly<Record<string, number>>;
  /** Script → phrases in it, by each phrase's first letter. */
  readonly scripts: Readonly<Record<string, number>>;
  readonly categories: Readonly<Record<string, number>>;
  /** Rules without a verified reference. */
  readonly unverified: number;
  readonly examples: number;
}

const SCRIPTS = [
  'Latin',
  'Arabic',
  'Cyrillic',
  'Bengali',
  'Devanagari',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Hebrew',
  'Greek',
  'Thai',
  'Myanmar',
  'Ethiopic',
  'Tamil',
  'Malayalam',
  'Thaana',
];
const TESTS = SCRIPTS.map((script) => [script, new RegExp(`^\\p{Script=${script}}`, 'u')] as const);

export function isUnverified(rule: SloganRule): boolean {
  return rule.reference === 'unverified';
}

export function packReport(pack: Pack): PackReport {
  const report = { states: {}, languages: {}, scripts: {}, categories: {} } satisfies Record<
    string,
    Record<string, number>
  >;
  const count = (counts: Record<string, number>, key: string) => (counts[key] = (counts[key] ?? 0) + 1);
  let phrases = 0;
  let examples = 0;
  for (const rule of pack.rules) {
    count(report.states, rule.state);
    count(report.categories, rule.category);
    examples += rule.examples.match.length + rule.examples.noMatch.length;
    for (const [language, list] of Object.entries(rule.phrases)) {
      count(report.languages, language);
      phrases += list.length;
      for (const phrase of list) count(report.scripts, scriptOf(phrase));
    }
  }
  return {
    name: pack.name,
    rules: pack.rules.length,
    phrases,
    ...report,
    unverified: pack.rules.filter(isUnverified).length,
    examples,
  };
}

function scriptOf(phrase: string): string {
  for (const character of phrase) {
    if (!/\p{L}/u.test(character)) continue;
    return TESTS.find(([, test]) => test.test(character))?.[0] ?? 'other';
  }
  return 'other';
}
