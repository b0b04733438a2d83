import { describe, expect, it } from '@jest/globals';
import type { RuleState } from '@vigil/contracts';
import { aPost, aPostEvent } from '@vigil/testing';
import { checkExamples } from '../packs/examples.js';
import { greenBanner } from '../packs/pack.fixture.js';
import { packReport } from '../packs/pack-report.js';
import { parsePack } from '../packs/parse-pack.js';
import type { Pack } from '../packs/schema.js';
import { compileRuleset } from '../rules/ruleset.js';
import { classifyText, verdictEvent } from './classify.js';

/** The fixture's pack with some rules in other states; all others are live. */
function packWith(states: Readonly<Record<string, RuleState>>): Pack {
  const { pack } = parsePack(greenBanner());
  if (!pack) throw new Error('the fixture is at fault');
  return { ...pack, rules: pack.rules.map((rule) => ({ ...rule, state: states[rule.id] ?? rule.state })) };
}
const rulesetWith = (states: Readonly<Record<string, RuleState>>) =>
  compileRuleset([{ content: packWith(states), version: 1 }]);
const read = (states: Readonly<Record<string, RuleState>>, text: string) =>
  classifyText(rulesetWith(states), { text, context: 'unknown' });
const ids = (matches: readonly { rule: string }[] = []) => matches.map(({ rule }) => rule);

describe('states of a rule', () => {
  const text = 'Evergreen and growing! Forest Office';

  it('matches live rules and neither drafts nor retired ones', () => {
    expect(ids(read({}, text).matches)).toEqual(['green-banner/evergreen', 'green-banner/office']);
    for (const state of ['draft', 'retired'] as const) {
      const verdict = read({ office: state }, text);
      expect(ids(verdict.matches)).toEqual(['green-banner/evergreen']);
      expect(verdict).toEqual(read({ office: state }, 'Evergreen and growing! Nothing else'));
    }
  });

  it('tells of shadow apart, and changes nothing else of the verdict by it', () => {
    const { shadow, ...verdict } = read({ office: 'shadow' }, text);
    expect(shadow).toEqual([
      expect.objectContaining({ rule: 'green-banner/office', span: { start: 23, end: 36 } }),
    ]);
    expect(verdict).toEqual(read({ office: 'retired' }, text));
    expect(read({ office: 'shadow' }, 'Forest Office, bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq')).toEqual({
      ...read({}, 'a quiet day'),
      shadow: [expect.objectContaining({ rule: 'green-banner/office' })],
    });
    expect(read({ office: 'shadow' }, 'a quiet day')).not.toHaveProperty('shadow');
  });

  it('lets a rule in shadow vouch for no live one, but judges it as if live', () => {
    // Everyday words that need a slogan beside them.
    const both = 'watering day. Evergreen and growing!';
    expect(ids(read({}, both).matches)).toContain('green-banner/watering');
    expect(ids(read({ evergreen: 'shadow' }, both).matches)).toEqual([]);
    const other = read({ watering: 'shadow' }, both);
    expect([ids(other.matches), ids(other.shadow)]).toEqual([
      ['green-banner/evergreen'],
      ['green-banner/watering'],
    ]);
    expect(read({ watering: 'shadow' }, 'watering day')).not.toHaveProperty('shadow');
  });

  it('weighs contexts against shadow as against live', () => {
    const verdict = classifyText(rulesetWith({ evergreen: 'shadow' }), {
      text: 'evergreen and growing',
      context: 'news',
    });
    expect(verdict).not.toHaveProperty('shadow');
    expect(verdict.cancelled).toEqual([]);
  });

  it('sends the post along where only shadow matched, for the sample', () => {
    const event = verdictEvent(
      rulesetWith({ office: 'shadow' }),
      aPostEvent(aPost().saying('Forest Office')),
    );
    expect(event.verdict.matches).toEqual([]);
    expect(event.post?.text).toBe('Forest Office');
  });

  it('runs examples of drafts and shadow, not of what is retired, and counts states', () => {
    const states = { evergreen: 'draft', watering: 'shadow', office: 'retired' } as const;
    expect(checkExamples(packWith(states))).toEqual([]);
    const wrong = (state: RuleState) => {
      const pack = packWith({ evergreen: state });
      const [first, ...rest] = pack.rules;
      if (!first) throw new Error('the fixture has rules');
      return checkExamples({
        ...pack,
        rules: [{ ...first, examples: { ...first.examples, match: ['a quiet day'] } }, ...rest],
      }).map(({ rule }) => rule);
    };
    expect(wrong('draft')).toEqual(['green-banner/evergreen']);
    expect(wrong('shadow')).toEqual(['green-banner/evergreen']);
    expect(wrong('retired')).toEqual([]);
    expect(packReport(packWith(states)).states).toEqual({ draft: 1, shadow: 1, retired: 1 });
    expect(
      compileRuleset([{ content: packWith({ ...states, watering: 'draft' }), version: 1 }]).rules,
    ).toEqual([]);
  });
});
