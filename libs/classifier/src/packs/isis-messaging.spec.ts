import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PhraseAutomaton, normalise } from '@vigil/text';
import { compileRuleset } from '../rules/ruleset.js';
import { classifyText } from '../verdicts/classify.js';
import { POSTS_PER_LABEL, generatePosts, loadLabelled, type Label } from '../labelled/index.js';
import { checkExamples } from './examples.js';
import { loadPack } from './load-pack.js';
import { packReport } from './pack-report.js';

const FOLDER = fileURLToPath(new URL('../../../../packs/isis-messaging/', import.meta.url));
/** The languages in which false positives and recall are held: issue 5, item 3. */
const LANGUAGES = ['ar', 'en', 'fr', 'ru', 'tr', 'ur', 'id', 'ha', 'so', 'bn', 'ps', 'fa'];

/** What is told to a reader of `npm run bench -- packs`, held here so that a change of the pack cannot lose it unseen. */
const LEAST_RECALL = 0.45;
/** Every so manieth post, to keep the test short; the bench reads all of them. */
const SAMPLE = 3;

const pack = await loadPack(FOLDER);
const ruleset = compileRuleset([{ content: pack, version: 0 }]);
const files = await loadLabelled(FOLDER, 'tuned');

describe('the pack isis-messaging', () => {
  test('reads some text as each of its examples says', () => {
    expect(checkExamples(pack)).toEqual([]);
  });

  test('has at least 60 rules in ten languages and four scripts, at least two examples of each kind', () => {
    const report = packReport(pack);
    expect(report.rules).toBeGreaterThanOrEqual(60);
    expect(Object.keys(report.languages).length).toBeGreaterThanOrEqual(10);
    for (const language of LANGUAGES) expect(report.languages[language]).toBeGreaterThan(0);
    for (const script of ['Latin', 'Arabic', 'Cyrillic', 'Bengali']) expect(report.scripts[script]).toBeGreaterThan(0);
    const few = pack.rules.filter(({ examples }) => examples.match.length < 2 || examples.noMatch.length < 2);
    expect(few.map((rule) => rule.id)).toEqual([]);
  });

  test('names only references it has, has none it does not use, and counts the rules without one', async () => {
    const named = new Set(pack.rules.flatMap((rule) => (rule.reference === 'unverified' ? [] : rule.reference)));
    const known = Object.keys(pack.references);
    expect([...named].filter((key) => !known.includes(key))).toEqual([]);
    const remarks = [await readFile(`${FOLDER}pack.yaml`, 'utf8'), ...pack.rules.map((rule) => rule.note ?? '')].join('\n');
    expect(known.filter((key) => !named.has(key) && !remarks.includes(key))).toEqual([]);
    const unverified = pack.rules.filter((rule) => rule.reference === 'unverified').length;
    expect(packReport(pack).unverified).toBe(unverified);
    expect(unverified).toBeLessThan(pack.rules.length / 2);
  });

  test('holds no wallet address and no link', () => {
    const phrases = pack.rules.flatMap((rule) => [...Object.values(rule.phrases).flat(), ...rule.examples.match]);
    expect(phrases.filter((text) => /\b(bc1|0x|T|[13])[0-9a-zA-Z]{25,}\b|https?:/.test(text))).toEqual([]);
  });

  test('finds every phrase in itself', () => {
    const phrases = pack.rules.flatMap((rule) => Object.values(rule.phrases).flat());
    const automaton = PhraseAutomaton.build(phrases.map((text) => ({ text, proclitics: false })));
    const lost = phrases.filter((text, number) => {
      const found = automaton.find(normalise(text));
      return !found.phrases.subarray(0, found.count).includes(number);
    });
    expect(lost).toEqual([]);
  });
});

describe.each(LANGUAGES)('the pack in %s', (language) => {
  const file = files.find((one) => one.language === language);
  const posts = file ? generatePosts(file, 1) : [];
  const rate = (label: Label) => {
    const all = posts.filter((post) => post.label === label);
    expect(all).toHaveLength(POSTS_PER_LABEL[label]);
    const of = all.filter((_, at) => at % SAMPLE === 0);
    return of.filter(({ text }) => classifyText(ruleset, { text, context: 'unknown' }).matches.length > 0).length / of.length;
  };

  test('leaves religious and everyday speech alone', () => {
    expect(rate('religious')).toBeLessThanOrEqual(0.005);
  });

  test.each(['news', 'academic', 'counter-speech'] as const)('cancels %s', (label) => {
    expect(rate(label)).toBeLessThanOrEqual(0.02);
  });

  test('finds followers, by the sentences it was tuned on', () => {
    expect(rate('plain')).toBeGreaterThanOrEqual(LEAST_RECALL);
  });
});
