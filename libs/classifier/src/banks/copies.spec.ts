import { describe, expect, it } from '@jest/globals';
import { normalise, wordsOf } from '@vigil/text';
import { greenBanner } from '../packs/pack.fixture.js';
import { parsePack } from '../packs/parse-pack.js';
import { compileRuleset } from '../rules/ruleset.js';
import { classifyText } from '../verdicts/classify.js';
import { nothingFound } from '../verdicts/publish.js';
import type { KnownText } from './known-text.js';
import { READING, readText } from './reading.js';

const STATEMENT =
  'The gardeners of the northern valley declare that from this spring on every orchard between the river and the old mill stands under their care and none but they may prune it';

const ITEM: KnownText = {
  id: '7f1c9f3e-0d1b-4f0e-9a53-0a4f3c2b1d00',
  version: 4,
  label: 'Declaration of the orchards',
  statement: 'orchards',
  language: 'en',
  severity: 'critical',
  indicator: 'territorial-claim',
  region: 'northern valley',
  stance: 'claimed',
  words: wordsOf(normalise(STATEMENT)),
};

function judge(text: string, context = 'unknown', item: Partial<KnownText> = {}) {
  const { pack } = parsePack(greenBanner());
  if (!pack) throw new Error('the fixture is at fault');
  const ruleset = compileRuleset([{ content: pack, version: 1 }], 9, [{ ...ITEM, ...item }]);
  return classifyText(ruleset, { text, context });
}

describe('a known text', () => {
  it('is a match of its own, and says what its item says', () => {
    const verdict = judge(`  ${STATEMENT.toUpperCase()} `);
    expect(verdict).toMatchObject({
      ruleset: 9,
      severity: 'critical',
      indicator: 'territorial-claim',
      stance: 'claimed',
      score: 0.9,
      reuse: { item: `text-bank/${ITEM.id}`, label: ITEM.label, how: 'exact', share: 1, distance: 0 },
    });
    expect(verdict.matches).toMatchObject([
      {
        rule: `text-bank/${ITEM.id}`,
        kind: 'text-bank',
        title: ITEM.label,
        slogan: { id: 'text-bank/orchards', title: 'orchards' },
        packVersion: 4,
        language: 'en',
        region: 'northern valley',
        copy: { how: 'exact', share: 1 },
      },
    ]);
  });

  it('is found in part, with its share, where it stands in the text as published', () => {
    const passage = STATEMENT.slice(STATEMENT.indexOf('every orchard'), STATEMENT.indexOf(' and none'));
    const text = `Seen on the wall today, friends! ${passage}! What a day for all of us who love the trees`;
    const { matches, reuse } = judge(text, 'supporter');
    const [match] = matches;
    expect(text.slice(match?.span.start, match?.span.end)).toContain(passage);
    expect(match?.copy).toEqual({ how: 'passage', share: 0.406 });
    expect(reuse).toMatchObject({ how: 'passage', share: 0.406 });
  });

  it('is told with its distance where it was edited', () => {
    const { reuse } = judge(STATEMENT.replace('spring', 'summer').replace('prune', 'cut'));
    expect(reuse).toMatchObject({ how: 'near', label: ITEM.label });
    expect(reuse?.distance).toBeGreaterThan(0);
    expect(reuse?.distance).toBeLessThan(0.5);
  });

  it.each([
    ['a source labelled news', 'news', STATEMENT],
    ['a source labelled research', 'research', STATEMENT],
    ['reported speech around it', 'unknown', `${STATEMENT}, according to officials`],
    [
      'condemnation around it',
      'unknown',
      `We condemn this, shame on them: “${STATEMENT}”. Shame on all who repeat it here in our town, neighbours`,
    ],
  ])('is cancelled by %s, and the verdict still names it', (_, context, text) => {
    const verdict = judge(text, context);
    expect(verdict.matches).toEqual([]);
    expect(verdict.cancelled).toMatchObject([{ kind: 'text-bank' }]);
    expect(verdict.exclusions.some((exclusion) => exclusion.cancels)).toBe(true);
    expect(verdict.reuse).toMatchObject({ label: ITEM.label });
    expect(verdict.score).toBe(0);
  });

  it('stands whatever its own words sound like: it is not cancelled by what it says itself', () => {
    const item = `${STATEMENT}, according to officials`;
    expect(judge(item, 'unknown', { words: wordsOf(normalise(item)) }).matches).toHaveLength(1);
  });

  it('leaves other posts alone', () => {
    expect(judge('The gardeners of the valley met at the mill today')).toEqual(
      nothingFound(compileRuleset([], 9)),
    );
  });
});

describe('the reading of texts', () => {
  it('is the one that stored items were read with; else READING grows with this', () => {
    expect([
      READING,
      readText('The Green-Orchard بسـتانٌ أخضر Зелёный сад 果樹園の春 #OldMill 123')?.hash,
    ]).toEqual([1, 'f68bf9302a2ed96c534382bd4e30daa9']);
  });

  it('has no item of a few words', () => {
    expect(readText('three words only')).toBeNull();
    expect(readText('果樹園の')).toBeNull();
    expect(readText('four words are enough')?.length).toBe(4);
  });
});
