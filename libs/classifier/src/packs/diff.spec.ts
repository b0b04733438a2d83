import { describe, expect, it } from '@jest/globals';
import { diffPacks } from './diff.js';
import { greenBanner } from './pack.fixture.js';
import { parsePack } from './parse-pack.js';

/** The fixture's pack, changed in its YAML. */
function pack(change: (yaml: string) => string = (yaml) => yaml) {
  const parsed = parsePack(greenBanner(change));
  if (!parsed.pack) throw new Error(JSON.stringify(parsed.problems));
  return parsed.pack;
}
const changing = (...changes: [string, string][]) =>
  diffPacks(
    pack(),
    pack((yaml) => changes.reduce((text, [from, to]) => text.replace(from, to), yaml)),
  );

describe('diffPacks', () => {
  it('says nothing of what is the same, whatever its layout', () => {
    const { name, ...lists } = diffPacks(pack(), pack());
    expect(name).toBe('green-banner');
    expect(Object.values(lists).flat()).toEqual([]);
  });

  it('tells fields, phrases by language, and states of a changed rule', () => {
    const diff = changing(
      ['severity: critical', 'severity: high\n    state: shadow'],
      ['en: [forest office], ar: [مكتب الغابة]', 'en: [forest office, meadow office]'],
    );
    expect(diff.rules).toEqual([
      {
        id: 'office',
        title: "The forest's office",
        change: 'changed',
        fields: [
          { field: 'state', from: 'live', to: 'shadow' },
          { field: 'severity', from: 'critical', to: 'high' },
        ],
        phrases: [
          { list: 'phrases', language: 'en', added: ['meadow office'], removed: [] },
          { list: 'phrases', language: 'ar', added: [], removed: ['مكتب الغابة'] },
        ],
      },
    ]);
    expect(diff.states).toEqual([
      { rule: 'office', title: "The forest's office", from: 'live', to: 'shadow' },
    ]);
    expect([diff.header, diff.signs, diff.contexts, diff.references]).toEqual([[], [], [], []]);
  });

  it('tells rules that came and went, with all they brought or took', () => {
    const diff = changing(['id: office', 'id: bureau']);
    expect(diff.rules.map(({ id, change }) => [id, change])).toEqual([
      ['office', 'removed'],
      ['bureau', 'added'],
    ]);
    expect(diff.rules[1]?.fields).toContainEqual({ field: 'severity', from: null, to: 'critical' });
    expect(diff.rules[0]?.phrases[0]).toEqual({
      list: 'phrases',
      language: 'en',
      added: [],
      removed: ['forest office'],
    });
    expect(diff.states.map(({ rule, from, to }) => [rule, from, to])).toEqual([
      ['office', 'live', null],
      ['bureau', null, 'live'],
    ]);
  });

  it('tells the header, sign sets, contexts and references', () => {
    const diff = changing(
      ['maintainer: Tests', 'maintainer: Others'],
      ['en: [green banner]', 'en: [green banner, green flag]'],
      ['atLeast: 2', 'atLeast: 1'],
      ['reason: teaching', 'reason: a lesson'],
      ['An invented handbook', 'Another handbook'],
      ['en: [evergreen and growing season]', 'en: [evergreen and growing seasons]'],
    );
    expect(diff.header).toEqual([{ field: 'maintainer', from: 'Tests', to: 'Others' }]);
    expect(diff.signs).toEqual([
      expect.objectContaining({
        id: 'movement',
        phrases: [{ list: 'phrases', language: 'en', added: ['green flag'], removed: [] }],
      }),
    ]);
    expect(diff.contexts.map(({ id, change }) => [id, change])).toEqual([
      ['religious: teaching', 'removed'],
      ['counter-speech: condemnation', 'changed'],
      ['religious: a lesson', 'added'],
    ]);
    expect(diff.references).toEqual([
      expect.objectContaining({
        id: 'handbook',
        fields: [{ field: 'title', from: 'An invented handbook', to: 'Another handbook' }],
      }),
    ]);
    expect(diff.rules[0]?.phrases.map(({ list }) => list)).toEqual(['unless']);
  });

  it('calls everything of a first version new', () => {
    const diff = diffPacks(null, pack());
    expect(diff.rules.map(({ change }) => change)).toEqual(['added', 'added', 'added']);
    expect(diff.header).toContainEqual({ field: 'licence', from: null, to: 'Apache-2.0' });
  });

  it('tells links entry by entry', () => {
    const [rule, ...rest] = pack().rules;
    if (!rule) throw new Error('the fixture has rules');
    const linking = (...links: string[]) => ({ ...pack(), rules: [{ ...rule, links }, ...rest] });
    const diff = diffPacks(linking('example.org', 'a.example'), linking('a.example', 'b.example'));
    expect(diff.rules.map(({ fields, phrases }) => [fields, phrases])).toEqual([
      [[], [{ list: 'links', language: 'und', added: ['b.example'], removed: ['example.org'] }]],
    ]);
  });

  it('keeps apart two contexts of the same reason', () => {
    const twice = pack((yaml) => yaml.replace('reason: teaching', 'reason: condemnation'));
    const [first, second, third] = twice.contexts;
    if (!first || !second || !third) throw new Error('the fixture has three contexts');
    const doubled = { ...twice, contexts: [first, second, second] };
    expect(diffPacks({ ...twice, contexts: [first, second] }, doubled).contexts).toEqual([
      expect.objectContaining({ id: 'counter-speech: condemnation (2)', change: 'added' }),
    ]);
  });
});
