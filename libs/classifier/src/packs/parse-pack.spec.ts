import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packHash } from './load-pack.js';
import { GREEN_BANNER, greenBanner } from './pack.fixture.js';
import { MAX_PROBLEMS, packError, parsePack } from './parse-pack.js';

const RUNS = process.env['VIGIL_SOAK'] ? 10_000 : 300;

/** Problems as `file:line field: message`. */
function faults(files: ReadonlyMap<string, string>): string[] {
  return parsePack(files).problems.map((p) => `${p.file}:${p.line} ${p.field}: ${p.message}`);
}

/** The line, from 1, on which `text` stands in the fixture after a change. */
function lineOf(yaml: string, text: string): number {
  return yaml.slice(0, yaml.indexOf(text)).split('\n').length;
}

describe('parsePack', () => {
  it('reads a pack from one document, and the same from the files of a folder', () => {
    const whole = parsePack(greenBanner());
    expect(whole.problems).toEqual([]);
    const [header = '', rest = ''] = GREEN_BANNER.split('references:');
    const [references = '', rules = ''] = rest.split('rules:\n');
    const files = new Map([
      ['pack.yaml', header],
      ['references.yaml', references.replaceAll('\n  ', '\n')],
      ['rules/all.yaml', rules],
    ]);
    const parts = parsePack(files);
    expect(parts.problems).toEqual([]);
    expect(packHash(parts.pack ?? fail())).toBe(packHash(whole.pack ?? fail()));
  });

  it.each([
    [
      'an unknown field',
      'severity: high',
      'severety: high',
      'severety: high',
      /rules\.0\.severety: is no field here/,
    ],
    [
      'a missing field',
      '    severity: high\n',
      '',
      '- id: evergreen',
      /rules\.0\.severity: .*(missing|expected one of)/,
    ],
    [
      'a value that is no option',
      'severity: high',
      'severity: huge',
      'severity: huge',
      /rules\.0\.severity: .*"low"\|"medium"/,
    ],
    [
      'an unknown reference',
      'reference: handbook',
      'reference: hearsay',
      'reference: hearsay',
      /hearsay is no key of the references/,
    ],
    [
      'a slogan that is no rule',
      'reference: handbook',
      'reference: handbook\n    slogan: nevergreen',
      'slogan: nevergreen',
      /nevergreen is no rule of this pack that stands for itself/,
    ],
    [
      'an unknown sign set',
      'signs: [movement]',
      'signs: [moovement]',
      'signs: [moovement]',
      /moovement is no sign set of pack.yaml \(movement\)/,
    ],
    [
      'a second rule of the same id',
      'id: watering',
      'id: evergreen',
      '- id: evergreen\n    title: Watering',
      /the id evergreen is taken at pack.yaml:/,
    ],
    [
      'a phrase that normalises to nothing',
      'en: [forest office]',
      'en: [forest office, "!!"]',
      'en: [forest office',
      /nothing is left of it/,
    ],
    [
      'a phrase of one letter',
      'en: [forest office]',
      'en: ["a!"]',
      'en: ["a!"]',
      /a single character is left of it/,
    ],
    [
      'a sign that normalises to nothing',
      'en: [green banner]',
      'en: ["??"]',
      'en: ["??"]',
      /signs\.movement\.en\.0: nothing is left/,
    ],
    [
      'an empty list',
      'phrases: { en: [watering day, green banner watering] }',
      'phrases: { en: [] }',
      'phrases: { en: [] }',
      /rules\.1\.phrases\.en/,
    ],
    [
      'a language that is no tag',
      '      fr: [toujours',
      '      french!: [toujours',
      '      french!',
      /french!: accepted as a key: a language tag/,
    ],
    [
      'needs that name nothing',
      'needs: { signs: [movement], categories: [slogan] }',
      'needs: {}',
      'needs: {}',
      /names no sign, no category, no entity and no voice/,
    ],
    [
      'company of no sign set',
      'needs: { signs: [movement]',
      'with: [{ signs: [mood] }]\n    needs: { signs: [movement]',
      'with: [{',
      /mood is no sign set of pack.yaml/,
    ],
    [
      'more company than is named',
      'needs: { signs: [movement]',
      'without: [{ signs: [movement], atLeast: 2 }]\n    needs: { signs: [movement]',
      'without: [{',
      /atLeast: asks for 2 of 1 different sign sets/,
    ],
    [
      'a condition that is none',
      'severity: low',
      'severity: low\n    only: {}',
      'only: {}',
      /only: at least one condition/,
    ],
    [
      'a link that is no address',
      'severity: low',
      'severity: low\n    never: { links: ["not an address"] }',
      'never: {',
      /links\.0: a domain, a domain and path or a channel/,
    ],
    [
      'a region of another indicator',
      'severity: low',
      'severity: low\n    region: valley',
      'region: valley',
      /region is claimed only with the indicator territorial-claim/,
    ],
    [
      'a pattern with a back-reference',
      'kind: slogan\n    category: campaign',
      'kind: pattern\n    pattern: "(a)\\\\1"\n    category: campaign',
      'pattern: "(a)',
      /rules.1.pattern: is no pattern of RE2 .*look-around and back-references/,
    ],
    [
      'a pattern that is too large',
      'kind: slogan\n    category: campaign',
      'kind: pattern\n    pattern: "(?:[a-z]{100}){9}"\n    category: campaign',
      'pattern: "(?:',
      /rules.1.pattern: is too large once its repetitions are written out/,
    ],
    [
      'a pattern that is found in nothing',
      'kind: slogan\n    category: campaign',
      'kind: pattern\n    pattern: "a*"\n    category: campaign',
      'pattern: "a*"',
      /is found in nothing at all/,
    ],
    [
      'a slogan with a pattern',
      'kind: slogan\n    category: campaign',
      'kind: slogan\n    pattern: abc\n    category: campaign',
      'pattern: abc',
      /is no field of a slogan/,
    ],
    [
      'a pattern that is missing',
      'kind: slogan\n    category: campaign',
      'kind: pattern\n    category: campaign',
      '- id: watering',
      /pattern: is missing: a rule of the kind pattern/,
    ],
    [
      'edits of short words',
      'phrases: { en: [watering day, green banner watering] }',
      'edits: 1\n    phrases: { en: [a fine day] }',
      'edits: 1',
      /edits: no phrase has a word of 6 letters or more/,
    ],
    [
      'no example',
      'match: [Forest Office]',
      'match: []',
      'match: []',
      /at least one example that must match/,
    ],
    [
      'an alias',
      'en: [forest office]',
      'en: &x [forest office]',
      '&x',
      /anchors and aliases are not accepted/,
    ],
    [
      'a key given twice',
      'licence: Apache-2.0',
      'licence: Apache-2.0\ntitle: Again',
      'title: Again',
      /title: the key is given twice/,
    ],
    [
      'half of a surrogate pair',
      'title: The forest',
      'title: "\\ud800 The forest"\n    note: x #',
      'title: "\\ud800',
      /half of a surrogate pair/,
    ],
    ['no YAML', 'licence: Apache-2.0', 'licence: [', 'licence: [', /is no valid YAML/],
  ])('tells where %s is', (_, from, to, marked, message) => {
    const yaml = GREEN_BANNER.replace(from, to);
    const problems = faults(new Map([['pack.yaml', yaml]]));
    const found = problems.find((problem) => message.test(problem));
    expect(found ?? problems).toEqual(expect.stringMatching(message));
    const line = Number(found?.match(/^pack\.yaml:(\d+)/)?.[1]);
    // Faults of YAML itself are told where the parser noticed.
    expect(Math.abs(line - lineOf(yaml, marked))).toBeLessThanOrEqual(
      message.source.includes('YAML') ? 2 : 1,
    );
  });

  it('tells every fault in one go, by file', () => {
    const rule = (id: number) => `- { id: rule-${id}, kind: slogan, sevrity: high, reference: nowhere }\n`;
    const rules = Array.from({ length: 100 }, (_, id) => rule(id)).join('');
    const parsed = parsePack(
      new Map([
        ['pack.yaml', GREEN_BANNER],
        ['rules/more.yaml', rules],
      ]),
    );
    for (let id = 0; id < 100; id++) {
      const fields = parsed.problems
        .filter((p) => p.file === 'rules/more.yaml' && p.line === id + 1)
        .map((p) => p.field);
      expect(fields).toEqual(
        expect.arrayContaining([
          `${id}.sevrity`,
          `${id}.severity`,
          `${id}.reference`,
          `${id}.phrases`,
          `${id}.examples`,
        ]),
      );
    }
    const error = packError('rule pack x', parsed);
    expect(error.code).toBe('bad-input');
    expect(error.message).toMatch(/^rule pack x: \d+ faults\n {2}rules\/more\.yaml:1:/);
    expect(error.fields).toHaveLength(parsed.problems.length);
  });

  it.each([
    ['no pack.yaml', new Map([['rules/a.yaml', '[]']]), /^pack.yaml:1 : is missing/],
    [
      'a file of another name',
      greenBanner().size ? new Map([...greenBanner(), ['../evil.yaml', '']]) : new Map(),
      /is not part of a pack/,
    ],
    [
      'rules that are no list',
      new Map([...greenBanner(), ['rules/a.yaml', 'id: x']]),
      /must be a list of rules/,
    ],
    ['nothing at all', new Map(), /is missing/],
  ])('refuses %s', (_, files, message) => {
    expect(faults(files)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });

  it('takes hostile files within bounds', () => {
    const began = performance.now();
    const bomb = `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]`;
    expect(faults(new Map([['pack.yaml', bomb]]))).not.toEqual([]);
    expect(faults(new Map([['pack.yaml', '['.repeat(100_000)]]))).not.toEqual([]);
    expect(
      faults(new Map([['pack.yaml', Array.from({ length: 10_000 }, (_, n) => `k${n}: 1`).join('\n')]])),
    ).not.toEqual([]);
    const many = parsePack(new Map([['pack.yaml', `${GREEN_BANNER}${'  - x\n'.repeat(MAX_PROBLEMS + 5)}`]]));
    expect(many.problems).toHaveLength(MAX_PROBLEMS);
    expect(many.omitted).toBe(5);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it('crashes on nothing', () => {
    const lines = GREEN_BANNER.split('\n');
    const garbled = fc
      .array(
        fc.tuple(
          fc.nat(lines.length - 1),
          fc.oneof(
            fc.string({ unit: 'binary', maxLength: 20 }),
            fc.constantFrom('- ', '{', '  x: [', '"', '*a', '&a', '? '),
          ),
        ),
        { maxLength: 6 },
      )
      .map((edits) => edits.reduce((all, [at, text]) => all.with(at, text), lines).join('\n'));
    const arbitrary = fc.oneof(
      garbled,
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)),
      fc
        .record({
          name: fc.jsonValue(),
          signs: fc.jsonValue(),
          contexts: fc.jsonValue(),
          rules: fc.jsonValue(),
          references: fc.jsonValue(),
        })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(
        arbitrary,
        fc.constantFrom('pack.yaml', 'rules/a.yaml', 'references.yaml'),
        (text, name) => {
          const parsed = parsePack(new Map([...(name === 'pack.yaml' ? [] : greenBanner()), [name, text]]));
          expect(parsed.pack === null).toBe(parsed.problems.length > 0);
          for (const { line, column } of parsed.problems)
            expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);
});

function fail(): never {
  throw new Error('the pack was not accepted');
}
