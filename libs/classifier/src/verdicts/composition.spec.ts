import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalise } from '@vigil/text';
import { Pack } from '../packs/schema.js';
import { compileRuleset } from '../rules/ruleset.js';
import { classifyText, inspect } from './classify.js';
import { Neighbourhood } from './company.js';
import type { Subject } from './exclude.js';

/** A pack of one rule, “green forest”, with what a test adds to it. */
function rulesetWith(rule: object) {
  const pack = Pack.parse({
    name: 'forest',
    title: 'Forest',
    description: '',
    maintainer: '',
    licence: '',
    signs: {
      deed: { en: ['planted', 'was planted'] },
      place: { en: ['the valley', 'north'], ar: ['الوادي'] },
      drill: { en: ['drill'] },
    },
    rules: [
      {
        id: 'green',
        title: 'Green forest',
        kind: 'slogan',
        category: 'claim-wording',
        severity: 'medium',
        indicator: 'territorial-claim',
        reference: 'unverified',
        phrases: { en: ['green forest'], ar: ['غابة خضراء'] },
        examples: { match: ['green forest'], noMatch: ['forest'] },
        ...rule,
      },
    ],
  });
  return compileRuleset([{ content: pack, version: 1 }]);
}

const judge = (rule: object, text: string, post: Partial<Subject> = {}) =>
  inspect(rulesetWith(rule), { context: 'unknown', ...post, text });

/** “match”, “cancelled: why”, “near” or “nothing”. */
function outcome(rule: object, text: string, post?: Partial<Subject>): string {
  const { findings, judgement } = judge(rule, text, post);
  if (findings.matches.length > 0) return 'match';
  if (findings.cancelled.length > 0) return `cancelled: ${findings.exclusions[0]?.reason}`;
  return (judgement?.nearMisses.length ?? 0) > 0 ? 'near' : 'nothing';
}

describe('a phrase of several words', () => {
  it('is found written as one, as a hashtag without capitals is', () => {
    expect(outcome({}, 'look: #greenforest')).toBe('match');
    expect(outcome({}, '#غابةخضراء')).toBe('match');
    expect(outcome({}, 'evergreenforests')).toBe('nothing');
  });

  it('is not where the word is short, or the rule reads exactly', () => {
    expect(outcome({ phrases: { en: ['to day'] } }, 'today')).toBe('nothing');
    expect(outcome({ skipSteps: ['case'] }, '#greenforest')).toBe('nothing');
  });
});

describe('the language of a post', () => {
  const text = 'They went to the green forest in the morning, and came back late';
  it('is told from the text where a condition asks and its origin is silent', () => {
    expect(outcome({ only: { languages: ['en'] } }, text, { language: null })).toBe('match');
    expect(outcome({ only: { languages: ['fr'] } }, text)).toBe('near');
    expect(outcome({ never: { languages: ['en'] } }, text)).toBe('cancelled: in a post in en');
  });

  it('is what the origin states, and unknown of a few words', () => {
    expect(outcome({ only: { languages: ['en'] } }, text, { language: 'fr' })).toBe('near');
    expect(outcome({ only: { languages: ['ar'] } }, 'غابة خضراء')).toBe('near');
  });

  it('is in the verdict with its confidence where something matched and the text told it', () => {
    const { language } = judge({}, text).findings;
    expect(language?.tag).toBe('en');
    expect(language?.confidence).toBeGreaterThan(0.9);
    expect(judge({}, text, { language: 'en' }).findings.language).toBeUndefined();
    expect(judge({}, text.replace('green', 'dark')).findings.language).toBeUndefined();
  });
});

describe('company that a rule asks for', () => {
  it.each([
    ['any of its sets', { signs: ['deed', 'place'] }, 'green forest, far north', 'match'],
    ['any of its sets, absent', { signs: ['deed', 'place'] }, 'green forest', 'near'],
    [
      'all of its sets',
      { signs: ['deed', 'place'], atLeast: 'all' },
      'planted a green forest north',
      'match',
    ],
    [
      'not all of its sets',
      { signs: ['deed', 'place'], atLeast: 'all' },
      'green forest north, north',
      'near',
    ],
    [
      'two of three sets',
      { signs: ['deed', 'place', 'drill'], atLeast: 2 },
      'drill: north green forest',
      'match',
    ],
    ['one of three sets', { signs: ['deed', 'place', 'drill'], atLeast: 2 }, 'drill: green forest', 'near'],
    ['so near', { signs: ['place'], within: 2 }, 'the valley of a green forest', 'match'],
    ['not so near', { signs: ['place'], within: 1 }, 'the valley of a green forest', 'near'],
    ['beside it', { signs: ['place'], within: 0 }, 'green forest north', 'match'],
    ['in another script', { signs: ['place'], within: 1 }, 'غابة خضراء في الوادي', 'match'],
    ['before it', { signs: ['deed'], side: 'before' }, 'planted a green forest', 'match'],
    ['after it, and it is before', { signs: ['deed'], side: 'after' }, 'planted a green forest', 'near'],
  ])('%s', (_, company, text, expected) => {
    expect(outcome({ with: [company] }, text)).toBe(expected);
  });

  it('is asked for whoever speaks, all of it', () => {
    const rule = { with: [{ signs: ['deed'] }, { signs: ['place'] }] };
    expect(outcome(rule, 'green forest north', { context: 'supporter' })).toBe('near');
    expect(outcome(rule, 'planted a green forest north', { context: 'supporter' })).toBe('match');
  });

  it('cancels where a rule wants to stand without it, and says beside what', () => {
    const rule = { without: [{ signs: ['drill'], within: 3 }] };
    expect(outcome(rule, 'Drill: the green forest')).toBe('cancelled: beside “Drill”');
    expect(outcome(rule, 'A drill far away from any of the green forest')).toBe('match');
  });

  it('is the same as trying every sign', () => {
    const place = fc.record({
      of: fc.constantFrom(0, 1),
      start: fc.nat(30),
      length: fc.integer({ min: 1, max: 6 }),
    });
    const text = normalise('ab '.repeat(20));
    const at = ({ of, start, length }: { of: number; start: number; length: number }) => ({
      phrase: 0,
      of,
      start: start - (start % 3 === 2 ? 1 : 0),
      end: start + length + 1 - ((start + length) % 3 === 2 ? 1 : 0),
    });
    fc.assert(
      fc.property(
        fc.array(place.map(at), { maxLength: 12 }),
        place.map(at),
        fc.constantFrom('before' as const, 'after' as const, 'either' as const),
        fc.option(fc.nat(4)),
        (signs, match, side, within) => {
          const gap = (a: number, b: number) => Math.floor(b / 3) - Math.floor((a - 1) / 3) - 1;
          const beside = signs.some((sign) => {
            const before = side !== 'after' && sign.end <= match.start;
            const after = side !== 'before' && sign.start >= match.end;
            const far = before ? gap(sign.end, match.start) : gap(match.end, sign.start);
            return (before || after) && (within === null || far <= within);
          });
          const company = { sets: [0, 1], atLeast: 1, within, side, says: '' };
          const found = new Neighbourhood(signs, text).companionOf(match, company);
          expect(found !== null).toBe(beside);
        },
      ),
    );
  });
});

describe('conditions on the post', () => {
  const post = {
    context: 'news',
    region: 'sahel',
    language: 'ar-EG',
    author: { handle: '@Gardener', nativeId: '12' },
    links: ['https://www.t.me/GreenBanner/12?single', 'https://a.example.org/page'],
    media: [{ mime: 'video/mp4' }],
  };

  it.each([
    ['sources', { sources: ['supporter', 'news'] }, { sources: ['official'] }],
    ['regions', { regions: ['sahel'] }, { regions: ['global'] }],
    ['languages', { languages: ['ar', 'fa'] }, { languages: ['arz'] }],
    ['authors', { authors: ['gardener'] }, { authors: ['garden'] }],
    ['native ids', { authors: ['12'] }, { authors: ['1'] }],
    ['links by path', { links: ['t.me/greenbanner'] }, { links: ['t.me/green'] }],
    ['links by domain', { links: ['example.org'] }, { links: ['ample.org'] }],
    ['media', { media: 'video' }, { media: 'image' }],
    ['any media', { media: 'any' }, { media: 'none' }],
    ['several', { media: 'any', regions: ['sahel'] }, { media: 'any', regions: ['levant'] }],
  ])('%s', (_, holds, fails) => {
    const rule = { excludedBy: [] };
    expect(outcome({ ...rule, only: holds }, 'green forest', post)).toBe('match');
    expect(outcome({ ...rule, only: fails }, 'green forest', post)).toBe('near');
    expect(outcome({ ...rule, never: holds }, 'green forest', post)).toMatch(/^cancelled: in /);
  });

  it('hold of nothing that is unknown', () => {
    for (const only of [
      { languages: ['ar'] },
      { authors: ['x'] },
      { links: ['example.org'] },
      { media: 'any' },
    ])
      expect(outcome({ only }, 'green forest')).toBe('near');
  });
});

describe('what a rule says', () => {
  it('weighs as the rule wants it', () => {
    expect(judge({}, 'green forest').findings.score).toBe(0.45);
    expect(judge({ weight: 0.1 }, 'green forest').findings.score).toBe(0.1);
  });

  it('comes with the rule that says so, and the territory', () => {
    const { matches, because } = classifyText(rulesetWith({ region: 'valley', stance: 'claimed' }), {
      text: 'green forest',
      context: 'unknown',
    });
    expect(because).toEqual({ indicator: 'forest/green', region: 'valley', stance: 'forest/green' });
    expect(matches[0]?.region).toBe('valley');
  });
});

describe('a rule with a pattern', () => {
  const rule = {
    kind: 'pattern',
    pattern: String.raw`\b[0-9]{2,4}\s?(?:trees|شجرة)`,
    phrases: { en: ['green forest'], ar: ['غابة خضراء'] },
  };

  it('matches what the pattern finds near its phrases, in the text as published', () => {
    const text = 'For the green forest: give 250 Trees, or 30 trees!';
    const { matches } = classifyText(rulesetWith(rule), { text, context: 'unknown' });
    expect(matches.map(({ kind, span }) => `${kind} ${text.slice(span.start, span.end)}`)).toEqual([
      'pattern 250 Trees',
      'pattern 30 trees',
    ]);
    expect(outcome(rule, '٢٠ 40 شجرة، غابة خضراء')).toBe('match');
  });

  it('does not match without a phrase, or too far from one', () => {
    expect(outcome(rule, 'give 250 trees')).toBe('nothing');
    expect(outcome(rule, 'green forest')).toBe('nothing');
    expect(outcome(rule, `green forest ${'and so on '.repeat(40)} 250 trees`)).toBe('nothing');
  });
});

describe('a rule with edits', () => {
  it('matches words with wrong letters, and once what is written exactly', () => {
    const rule = { edits: 1 };
    expect(outcome(rule, 'a green forrest')).toBe('match');
    expect(outcome({}, 'a green forrest')).toBe('nothing');
    expect(judge(rule, 'green forest').findings.matches).toHaveLength(1);
  });
});

describe('ways of payment and contact', () => {
  it('are told with a verdict, and can be the second sign that a rule needs', () => {
    const rule = { needs: { entities: ['contact'] } };
    expect(outcome(rule, 'green forest')).toBe('near');
    const { findings } = judge(rule, 'green forest, write to help@example.org');
    expect(findings.matches).toHaveLength(1);
    expect(findings.entities).toMatchObject([{ kind: 'contact', type: 'mail', value: 'help@example.org' }]);
  });
});
