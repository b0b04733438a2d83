import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_OCCURRENCES, PhraseAutomaton } from './phrase-automaton.js';
import type { Phrase } from './phrases.js';
import { normalise } from './normalise.js';
import { PROCLITICS } from './proclitics.js';
import { EDGE, INSIDE, ALONE } from './word-edges.js';

const RUNS = process.env['VIGIL_SOAK'] ? 20_000 : 300;

/** Every found phrase as "number:published text". */
function found(phrases: readonly (string | Phrase)[], text: string): string[] {
  const automaton = PhraseAutomaton.build(
    phrases.map((p) => (typeof p === 'string' ? { text: p, proclitics: false } : p)),
  );
  const normalised = normalise(text);
  const result = automaton.find(normalised);
  return Array.from({ length: result.count }, (_, at) => {
    const span = normalised.span(result.starts[at] as number, result.ends[at] as number);
    return `${result.phrases[at]}:${text.slice(span.start, span.end)}`;
  });
}

/** The same by trying every phrase at every place. */
function naive(phrases: readonly Phrase[], text: string): string[] {
  const units = normalise(text).text();
  const inside = (at: number) => EDGE[units.charCodeAt(at)] === INSIDE;
  const alone = (at: number) => EDGE[units.charCodeAt(at)] === ALONE;
  const wordStart = (at: number) => at === 0 || !inside(at - 1) || alone(at);
  const hits: string[] = [];
  phrases.forEach((phrase, number) => {
    const folded = normalise(phrase.text).text();
    const forms = [folded];
    if (phrase.proclitics && folded.startsWith('ال') && folded.length > 3) forms.push(`ل${folded.slice(1)}`);
    for (const form of forms) {
      for (let at = units.indexOf(form); at >= 0; at = units.indexOf(form, at + 1)) {
        const end = at + form.length;
        if (end < units.length && inside(end) && !alone(end - 1)) continue;
        let word = at;
        while (!wordStart(word)) word--;
        if (word === at || (phrase.proclitics && PROCLITICS.has(units.slice(word, at))))
          hits.push(`${number}@${at}-${end}`);
      }
    }
  });
  return hits.sort();
}

function automatic(phrases: readonly Phrase[], text: string): string[] {
  const result = PhraseAutomaton.build(phrases).find(normalise(text));
  return Array.from(
    { length: result.count },
    (_, at) => `${result.phrases[at]}@${result.starts[at]}-${result.ends[at]}`,
  ).sort();
}

describe('PhraseAutomaton', () => {
  it('finds each of some thousand phrases in itself, so that no state was laid over another', () => {
    // Frequent letters late in the alphabet: the classes of a state's children are then not in the order of the letters.
    const letters = [
      ...'হসষশলরযমভবফপনধদথতণঢডঠটঞঝজছচঙঘগখককیوهنملكقفغعظطضصشسزرذدخحجتباюэыщшчцхфутсрпонмлкзжедгвбаzyxwvutsrqponmlkjihgfedcba',
    ];
    let seed = 1;
    const draw = (below: number) => (seed = (seed * 48_271) % 0x7fff_ffff) % below;
    const word = () =>
      Array.from(
        { length: 2 + draw(7) },
        () => letters[Math.min(draw(letters.length), draw(letters.length), draw(letters.length))],
      ).join('');
    const texts = [...new Set(Array.from({ length: 5_000 }, () => `${word()} ${word()}`))];
    const automaton = PhraseAutomaton.build(texts.map((text) => ({ text, proclitics: false })));
    const lost = texts.filter((text, number) => {
      const result = automaton.find(normalise(text));
      return !result.phrases.subarray(0, result.count).includes(number);
    });
    expect(lost).toEqual([]);
  });

  it('finds overlapping and nested phrases, longer before shorter', () => {
    expect(
      found(
        ['islamic state', 'the islamic state', 'state of the union', 'state'],
        'The Islamic State of the Union',
      ),
    ).toEqual(['1:The Islamic State', '0:Islamic State', '3:State', '2:State of the Union']);
  });

  it.each([
    ['Latin', 'amaq', 'Amaq, amaqs xamaq AMAQ', 2],
    ['Arabic', 'اعماق', 'أعماق، أعماقهم والأعماق', 1],
    ['Cyrillic', 'исток', 'ИСТОК истоки источник исток', 2],
    ['Bengali', 'খিলাফত', 'খিলাফত খিলাফতের', 1],
    ['Han', '哈里发', '我们的哈里发国家', 1],
    ['Thai', 'รัฐ', 'ที่รัฐอิสลาม', 1],
  ])('keeps word edges in %s', (_, phrase, text, count) => {
    expect(found([phrase], text)).toHaveLength(count);
  });

  it('allows Arabic proclitics before the first word of a phrase that asks for them', () => {
    const text = 'وبالدولة كالدولة للدولة فللدولة ودولة دولة لالدولة';
    const article = { text: 'الدولة', proclitics: true };
    // The last is a common misspelling of للدولة.
    expect(found([article], text)).toEqual(['0:الدولة', '0:الدولة', '0:للدولة', '0:للدولة', '0:الدولة']);
    expect(found([{ text: 'دولة', proclitics: true }], text)).toHaveLength(6);
    expect(found(['دولة'], text)).toHaveLength(1);
  });

  it('reports a phrase of several packs to each', () => {
    expect(found(['Baqiya', 'baqiya', { text: 'BAQIYA', proclitics: true }], 'baqiya')).toHaveLength(3);
  });

  it('reports at most the first occurrences of one phrase, and still the others', () => {
    const hits = found(['a', 'b'], `${'a '.repeat(500)}b`);
    expect(hits).toHaveLength(MAX_OCCURRENCES + 1);
    expect(hits.at(-1)).toBe('1:b');
  });

  it('starts every text anew', () => {
    const automaton = PhraseAutomaton.build([{ text: 'a', proclitics: false }]);
    const text = normalise('a '.repeat(100));
    expect(automaton.find(text).count).toBe(MAX_OCCURRENCES);
    expect(automaton.find(text).count).toBe(MAX_OCCURRENCES);
    expect(automaton.find(normalise('b')).count).toBe(0);
  });

  it('refuses a phrase that normalises to nothing, by its number', () => {
    expect(() =>
      PhraseAutomaton.build([
        { text: 'a', proclitics: false },
        { text: '!!', proclitics: false },
      ]),
    ).toThrow('phrase 1 normalises to nothing');
  });

  it('finds nothing without phrases or without text', () => {
    expect(found([], 'anything')).toEqual([]);
    expect(found(['a'], '')).toEqual([]);
  });

  it.each([
    ['Latin', ['a', 'b', ' ']],
    ['Arabic with proclitics', ['و', 'ل', 'ا', 'ب', 'د', ' ']],
    ['mixed scripts', ['a', 'ل', 'ا', '中', '国', 'ร', ' ', '😀', '𠀀']],
  ])('equals a naive search: %s', (_, letters) => {
    const word = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 6 });
    const phrase = fc
      .record({ text: word, proclitics: fc.boolean() })
      .filter((p) => normalise(p.text).length > 0);
    fc.assert(
      fc.property(
        fc.array(phrase, { maxLength: 12 }),
        fc.string({ unit: fc.constantFrom(...letters), maxLength: 30 }),
        (phrases, text) => {
          expect(automatic(phrases, text)).toEqual(naive(phrases, text));
        },
      ),
      { numRuns: RUNS },
    );
  });
});
