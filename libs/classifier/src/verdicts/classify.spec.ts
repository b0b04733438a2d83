import { describe, expect, it } from '@jest/globals';
import { ImportLine, MAX_TEXT, Verdict, VerdictEvent } from '@vigil/contracts';
import { aPost, aPostEvent } from '@vigil/testing';
import fc from 'fast-check';
import { checkExamples } from '../packs/examples.js';
import { greenBanner } from '../packs/pack.fixture.js';
import { parsePack } from '../packs/parse-pack.js';
import { compileRuleset } from '../rules/ruleset.js';
import { classify, classifyText, inspect, verdictEvent } from './classify.js';
import { MAX_LISTED } from './publish.js';
import { MAX_PLACES } from './sightings.js';

const RUNS = process.env['VIGIL_SOAK'] ? 10_000 : 1_000;
const { pack } = parsePack(greenBanner());
if (!pack) throw new Error('the fixture is at fault');
const ruleset = compileRuleset([{ content: pack, version: 3 }], 7);

const judge = (text: string, context = 'unknown') => classifyText(ruleset, { text, context });
/** Rule ids without the pack's name, and the published text of each. */
const standing = (text: string, context?: string) =>
  judge(text, context).matches.map((m) => `${m.rule.split('/')[1]}=${text.slice(m.span.start, m.span.end)}`);

describe('a match', () => {
  it('names rule, pack version, language, and both forms of what was found', () => {
    expect(judge('Now: EVERGREEN — and_growing!').matches).toEqual([
      {
        rule: 'green-banner/evergreen',
        kind: 'slogan',
        title: 'Evergreen and growing',
        packVersion: 3,
        span: { start: 5, end: 28 },
        normalised: 'evergreen and growing',
        language: 'en',
        severity: 'high',
        indicator: 'territorial-claim',
      },
    ]);
  });

  it.each([
    ['ar', 'قال: «خَضْرَاء وتنمــو»', 'خَضْرَاء وتنمــو'],
    ['ar', 'وبالغابة الكبرى', 'الغابة الكبرى'],
    ['fa', 'همیشه سبز مي‌ماند.', 'سبز مي‌ماند'],
    ['ur', 'ہميشہ سرسبز رہے', 'ہميشہ سرسبز'],
    ['ru', 'ВЕЧНО ЗЕЛЕНАЯ!', 'ВЕЧНО ЗЕЛЕНАЯ'],
    ['tr', 'HEP YEŞİL KALIR', 'HEP YEŞİL KALIR'],
    ['fr', '«Toujours verte»', 'Toujours verte'],
    ['bn', 'চিরসবুজ থাকবে।', 'চিরসবুজ থাকবে'],
    ['ps', 'تل شين!', 'تل شين'],
    ['en', '🌲👨‍👩‍👧 ever\u200bgreen 🌲 and 🌲 growing', 'ever\u200bgreen 🌲 and 🌲 growing'],
    ['en', '𝐄𝐯𝐞𝐫𝐠𝐫𝐞𝐞𝐧 𝐚𝐧𝐝 𝐠𝐫𝐨𝐰𝐢𝐧𝐠', '𝐄𝐯𝐞𝐫𝐠𝐫𝐞𝐞𝐧 𝐚𝐧𝐝 𝐠𝐫𝐨𝐰𝐢𝐧𝐠'],
    ['en', '\ud800 #EvergreenAndGrowing \udc00', 'EvergreenAndGrowing'],
  ])('is shown in the text as published: %s %s', (language, text, published) => {
    const [match] = judge(text).matches;
    expect(match?.language).toBe(language);
    expect(text.slice(match?.span.start, match?.span.end)).toBe(published);
  });

  it.each([
    ['3v3rgr33n and gr0wing', '3v3rgr33n and gr0wing'],
    ['so evеrgrееn аnd growing!', 'evеrgrееn аnd growing'],
    ['e.v.e.r.g.r.e.e.n and g r o w i n g', 'e.v.e.r.g.r.e.e.n and g r o w i n g'],
    ['evergreen annnd growiiiing', 'evergreen annnd growiiiing'],
    ['&quot;ev&#101;rgreen%20and gr0wing', 'ev&#101;rgreen%20and gr0wing'],
    ['ВЕЧНО ЗEЛЕНАЯ', 'ВЕЧНО ЗEЛЕНАЯ'],
    ['خ ض ر ا ء وتنمو', 'خ ض ر ا ء وتنمو'],
  ])('is found behind what evades a word list: %s', (text, published) => {
    const [match, ...others] = judge(text).matches;
    expect(text.slice(match?.span.start, match?.span.end)).toBe(published);
    expect(['evergreen and growing', 'вечно зеленая', 'خضرا وتنمو']).toContain(match?.normalised);
    expect(others).toEqual([]);
  });

  it('does without the steps that its rule switches off', () => {
    const strict = parsePack(
      greenBanner((yaml) => yaml.replace('id: evergreen\n', 'id: evergreen\n    skipSteps: [case, leet]\n')),
    ).pack;
    if (!strict) throw new Error('the fixture is at fault');
    const rules = compileRuleset([{ content: strict, version: 1 }]);
    const found = (text: string) => classifyText(rules, { text, context: 'unknown' }).matches.length;
    expect(found('evergreen and growing')).toBe(1);
    expect(found('ｅvergreen — and gr\u200bowing')).toBe(1);
    expect(found('evеrgreen and growing')).toBe(1);
    expect(found('Evergreen and growing')).toBe(0);
    expect(found('3vergreen and growing')).toBe(0);
  });

  it('says which slogan it is another wording of, so that both count as one', () => {
    const [first, ...others] = pack.rules;
    if (!first) throw new Error('the fixture has rules');
    const translated = {
      ...first,
      id: 'immergruen',
      title: 'In German',
      slogan: first.id,
      phrases: { de: ['immer grün und wachsend'] },
    };
    const both = compileRuleset([
      { content: { ...pack, rules: [first, ...others, translated] }, version: 1 },
    ]);
    const { matches } = classifyText(both, { text: 'Immer grün und wachsend', context: 'unknown' });
    expect(matches).toMatchObject([
      {
        rule: 'green-banner/immergruen',
        slogan: { id: 'green-banner/evergreen', title: 'Evergreen and growing' },
      },
    ]);
  });

  it('keeps to whole words', () => {
    expect(standing('nevergreen and growing; evergreen and growings')).toEqual([]);
  });

  it('is counted once where phrases of one rule overlap', () => {
    expect(standing('forest office, evergreen and growing', 'supporter')).toEqual([
      'office=forest office',
      'evergreen=evergreen and growing',
    ]);
    expect(standing('green banner watering day; evergreen and growing')).toEqual([
      'watering=green banner watering',
      'watering=watering day',
      'evergreen=evergreen and growing',
    ]);
  });
});

describe('a second sign', () => {
  it.each([
    ['of a sign set', 'watering day of the Green Banner', true],
    ['as a match of a wanted category', 'watering day, evergreen and growing', true],
    ['missing', 'watering day in the park', false],
    ['that is only part of the match', 'green banner watering', false],
    ['of a category that was not asked for', 'watering day, Forest Office', false],
  ])('%s', (_, text, stands) => {
    expect(standing(text).some((match) => match.startsWith('watering'))).toBe(stands);
  });

  it('missing is a near miss for the test bench, and nothing in the verdict', () => {
    const { findings, judgement } = inspect(ruleset, {
      text: 'watering day in the park',
      context: 'unknown',
    });
    expect(judgement?.nearMisses).toHaveLength(1);
    expect(findings).toMatchObject({ matches: [], cancelled: [], exclusions: [], score: 0 });
  });

  it('is a source that speaks for the movement', () => {
    expect(standing('watering day', 'supporter')).toEqual(['watering=watering day']);
  });
});

describe('what speaks against a match', () => {
  it.each([
    [
      'a phrase of unless',
      'the evergreen and growing season',
      'unknown',
      'other',
      'part of “evergreen and growing season”',
    ],
    ['a news source', 'evergreen and growing', 'news', 'news', 'published by a news source'],
    ['a research source', 'evergreen and growing', 'research', 'academic', 'published by a research source'],
    [
      'a government source',
      'evergreen and growing',
      'government',
      'other',
      'published by a government source',
    ],
    [
      'counter-speech',
      'evergreen and growing',
      'counter-speech',
      'counter-speech',
      'published by a source of counter-speech',
    ],
    [
      'a context marker',
      'They say evergreen and growing, according to officials.',
      'unknown',
      'news',
      'reported speech',
    ],
    [
      'enough different markers',
      'evergreen and growing? We condemn it, shame on them',
      'unknown',
      'counter-speech',
      'condemnation',
    ],
  ])('%s cancels, and is told', (_, text, source, context, reason) => {
    const verdict = judge(text, source);
    expect(verdict.matches).toEqual([]);
    expect(verdict.cancelled.map((match) => match.rule)).toEqual(['green-banner/evergreen']);
    expect(verdict.exclusions).toEqual([
      expect.objectContaining({ rule: 'green-banner/evergreen', context, reason, cancels: true }),
    ]);
    expect(verdict).toMatchObject({ score: 0, severity: null, indicator: null, stance: 'unclear' });
  });

  it('points to the words', () => {
    const text = 'Evergreen and growing, ACCORDING to officials';
    const [exclusion] = judge(text).exclusions;
    expect(text.slice(exclusion?.span?.start, exclusion?.span?.end)).toBe('ACCORDING to officials');
  });

  it('is told and does not cancel where too few markers were seen, and lowers the score', () => {
    const verdict = judge('Evergreen and growing, we condemn, we condemn');
    expect(verdict.exclusions).toEqual([expect.objectContaining({ reason: 'condemnation', cancels: false })]);
    expect(verdict.matches).toHaveLength(1);
    expect(verdict.score).toBe(0.525);
  });

  it('excuses no source that speaks for the movement', () => {
    const verdict = judge('evergreen and growing, according to officials', 'official');
    expect(verdict.exclusions).toEqual([
      expect.objectContaining({ reason: 'reported speech', cancels: false }),
    ]);
    expect(verdict.matches).toHaveLength(1);
  });

  it('counts only where the rule lists the context', () => {
    expect(standing('Forest Office, according to officials', 'news')).toEqual(['office=Forest Office']);
    expect(standing('evergreen and growing, the scholar explained', 'religious')).toHaveLength(1);
    expect(standing('watering day of the green banner, the scholar explained')).toEqual([]);
    expect(judge('Forest Office', 'constructor').matches).toHaveLength(1);
  });
});

describe('the score', () => {
  it.each([
    ['evergreen and growing', 0.7, 'high', 'territorial-claim', 'inspired'],
    ['evergreen and growing evergreen and growing', 0.7, 'high', 'territorial-claim', 'inspired'],
    ['evergreen and growing, Forest Office', 0.97, 'critical', 'central-command', 'directed'],
    ['watering day, evergreen and growing', 0.76, 'high', 'territorial-claim', 'inspired'],
    ['nothing of the kind', 0, null, null, 'unclear'],
  ])('%s', (text, score, severity, indicator, stance) => {
    expect(judge(text)).toMatchObject({ ruleset: 7, score, severity, indicator, stance });
  });
});

describe('a verdict', () => {
  it('holds to its contract, carries the post only with a match, and the facts always', () => {
    const hit = verdictEvent(
      ruleset,
      aPostEvent(aPost().saying('Forest Office').edited(2), { type: 'edited', region: 'sahel' }),
    );
    expect(VerdictEvent.parse(hit)).toEqual(hit);
    expect(hit).toMatchObject({
      type: 'edited',
      facts: { revision: 2, region: 'sahel' },
      verdict: { ruleset: 7, revision: 2 },
    });
    expect(hit.post?.text).toBe('Forest Office');
    expect(verdictEvent(ruleset, aPostEvent(aPost().saying('hello'))).post).toBeNull();
  });

  it('of a deletion is empty', () => {
    const verdict = verdictEvent(ruleset, aPostEvent(aPost().saying('Forest Office'), { type: 'deleted' }));
    expect(verdict).toMatchObject({ type: 'deleted', post: null, verdict: { matches: [], ruleset: 7 } });
  });

  it('stays short for a post that repeats itself, and hides no rule behind the repetition', () => {
    const verdict = judge(`${'evergreen and growing. '.repeat(3_000)} Forest Office`);
    expect(verdict.matches.length).toBeLessThanOrEqual(Math.min(MAX_LISTED, 2 * MAX_PLACES));
    expect(verdict.matches.at(-1)?.rule).toBe('green-banner/office');
  });

  it('comes in bounded time for the longest texts', () => {
    // Of the processor, so that a busy machine does not fail it.
    const before = process.threadCpuUsage();
    for (const unit of [
      'evergreen and ',
      'ﷺ',
      '\ud800',
      'a\u0301',
      '#aB',
      'وال',
      'watering day green banner according to officials ',
    ]) {
      judge(unit.repeat(MAX_TEXT / unit.length));
    }
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(5_000);
  });

  it('comes in milliseconds for a post stuffed with every phrase of a pack', () => {
    const lists = [
      ...pack.rules.flatMap((rule) => [rule.phrases, rule.unless ?? {}]),
      ...Object.values(pack.signs),
      ...pack.contexts.map((set) => set.phrases),
    ];
    const all = lists.flatMap((list) => Object.values(list).flat()).join('. ');
    const text = `${all}. `.repeat(Math.floor(MAX_TEXT / (all.length + 2)));
    const before = process.threadCpuUsage();
    expect(judge(text).matches.length + judge(text).cancelled.length).toBeGreaterThan(0);
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(1_000);
  });

  it('never fails, and keeps every span within the text', () => {
    const words = fc.constantFrom(
      'evergreen',
      'and',
      'growing',
      'Forest Office',
      'watering day',
      'green banner',
      'according to officials',
      'خضراء',
      'وتنمو',
      '#',
      '\ud800',
      '\u200b',
      ' ',
      ' ',
      '😀',
      'ﷺ',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.array(words, { maxLength: 40 }).map((list) => list.join(' ')),
    );
    fc.assert(
      fc.property(texts, fc.string({ maxLength: 12 }), (text, context) => {
        const verdict = classify(ruleset, aPostEvent(aPost().saying(text), { context }));
        expect(Verdict.safeParse(verdict).success).toBe(true);
        for (const { span } of [...verdict.matches, ...verdict.cancelled])
          expect(span.start < span.end && span.end <= text.length).toBe(true);
      }),
      { numRuns: RUNS },
    );
  }, 600_000);

  it('comes for whatever passes for a line of an import', () => {
    const line = fc.record(
      {
        text: fc.string({ unit: 'binary' }),
        id: fc.oneof(fc.integer(), fc.string()),
        author: fc.jsonValue(),
        title: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(line, fc.jsonValue()), (value) => {
        const parsed = ImportLine.safeParse(value);
        if (parsed.success) judge(parsed.data.text);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a ruleset', () => {
  it('runs the examples of its packs', () => {
    expect(checkExamples(pack)).toEqual([]);
    const spoiled = parsePack(
      greenBanner((yaml) => yaml.replace('[an evergreen tree]', '[forever evergreen and growing]')),
    ).pack;
    expect(spoiled && checkExamples(spoiled)).toEqual([
      expect.objectContaining({
        rule: 'green-banner/evergreen',
        expected: 'noMatch',
        example: 'forever evergreen and growing',
        message: 'matched “evergreen and growing”',
      }),
    ]);
  });

  it('keeps the signs and markers of each pack to that pack', () => {
    const other = parsePack(
      greenBanner((yaml) =>
        yaml
          .replace('name: green-banner', 'name: other')
          .replace('en: [green banner]', 'en: [red flag]')
          .replace('[according to officials]', '[they said]'),
      ),
    ).pack;
    const both = compileRuleset([
      { content: pack, version: 1 },
      { content: other ?? pack, version: 2 },
    ]);
    const verdict = classifyText(both, {
      text: 'watering day of the red flag, according to officials',
      context: 'unknown',
    });
    expect(verdict.matches.map((match) => match.rule)).toEqual(['other/watering']);
    expect(() =>
      compileRuleset([
        { content: pack, version: 1 },
        { content: pack, version: 2 },
      ]),
    ).toThrow('two packs are named green-banner');
  });
});
