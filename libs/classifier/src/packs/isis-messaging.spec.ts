import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { PhraseAutomaton, normalise } from '@vigil/text';
import { compileRuleset } from '../rules/ruleset.js';
import { classifyText } from '../verdicts/classify.js';
import { checkExamples } from './examples.js';
import { loadPack } from './load-pack.js';
import { packReport } from './pack-report.js';

const FOLDER = fileURLToPath(new URL('../../../../packs/isis-messaging/', import.meta.url));
/** The languages in which false positives and recall are held: issue 5, item 3. */
const LANGUAGES = ['ar', 'en', 'fr', 'ru', 'tr', 'ur', 'id', 'ha', 'so', 'bn', 'ps', 'fa'];

const Sentences = z.record(z.string(), z.array(z.string().min(2)));

async function sentences(name: string): Promise<Record<string, string[]>> {
  return Sentences.parse(parseYaml(await readFile(`${FOLDER}tests/${name}.yaml`, 'utf8')));
}

const pack = await loadPack(FOLDER);
const ruleset = compileRuleset([{ content: pack, version: 0 }]);
const terms = await sentences('terms');

/** The sentences of a file in one language, each with every term of the language in the place of {term}. */
async function filled(name: string, language: string): Promise<string[]> {
  const templates = (await sentences(name))[language] ?? [];
  return templates.flatMap((template) =>
    template.includes('{term}') ? (terms[language] ?? []).map((term) => template.replaceAll('{term}', term)) : [template],
  );
}

const hits = (texts: readonly string[]) => texts.filter((text) => classifyText(ruleset, { text, context: 'unknown' }).matches.length > 0);

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
  test('leaves religious and everyday speech alone', async () => {
    expect(hits(await filled('everyday', language))).toEqual([]);
  });

  test.each(['news', 'academic', 'counter-speech'])('cancels %s', async (context) => {
    const texts = await filled(context, language);
    expect(texts.length).toBeGreaterThan(10);
    expect(hits(texts)).toEqual([]);
  });

  test('finds at least nine in ten plain echoes', async () => {
    const texts = await filled('echo', language);
    expect(hits(texts).length).toBeGreaterThanOrEqual(0.9 * texts.length);
  });
});
