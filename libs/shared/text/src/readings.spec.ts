import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Atoms } from './atoms.js';
import { groupsOf } from './letter-groups.js';
import { normalise } from './normalise.js';
import { occasionsIn } from './occasions.js';
import { PhraseAutomaton } from './phrase-automaton.js';
import { MAX_READINGS, Readings } from './readings.js';
import { NO_STEPS, READING_STEPS, STEP, stepsIn, type StepSet } from './steps.js';
import { strings } from './strings.fixture.js';

const RUNS = process.env['VIGIL_SOAK'] ? 100_000 : 2_000;
const readings = new Readings();

/** Every further reading of a text. */
function readingsOf(text: string): string[] {
  return Array.from(readings.of(text, normalise(text)), (reading) => reading.text());
}

/** What was changed, in all readings, and where it stands. */
function changes(text: string): { words: string; published: string; steps: StepSet }[] {
  return Array.from(readings.of(text, normalise(text)), (reading) =>
    reading.changes.map(({ from, to, steps }) => {
      const { start, end } = reading.span(from, to);
      return { words: reading.text(from, to), published: text.slice(start, end), steps };
    }),
  ).flat();
}

/** The same, to be read: words ← as published (steps). */
function changesIn(text: string): string[] {
  return changes(text).map(
    ({ words, published, steps }) => `${words} ← ${published} (${stepsIn(steps).join(', ')})`,
  );
}

describe('confusables', () => {
  it.each([
    ['Cyrillic among Latin', 'bаqіyа news', ['baqiya ← bаqіyа (confusables)']],
    ['Greek among Latin', 'αmaq', ['amaq ← αmaq (confusables)']],
    ['a word of Cyrillic letters that all look Latin', 'ІЅІЅ', ['isis ← ІЅІЅ (confusables)']],
    ['small capitals', 'ʙᴀqɪʏᴀ', ['baqiya ← ʙᴀqɪʏᴀ (confusables)']],
    ['letters in black circles and squares', '🅑🅐🅠 🅸🆈', ['baq ← 🅑🅐🅠 (confusables)', 'iy ← 🅸🆈 (confusables)']],
    ['letters of flags that make no flag', '🇧\u200b🇦\u200b🇶', ['baq ← 🇧\u200b🇦\u200b🇶 (confusables)']],
    ['Latin among Cyrillic', 'халифaт', ['халифат ← халифaт (confusables)']],
    ['what can be either', 'хaмac', ['xamac ← хaмac (confusables)', 'хамас ← хaмac (confusables)']],
  ])('%s', (_, text, expected) => {
    expect(changesIn(text)).toEqual(expect.arrayContaining(expected));
  });

  it.each([
    ['honest Russian', 'Государство и право, книга вторая'],
    ['honest Ukrainian', 'Він їхав із міста до села'],
    ['honest Greek', 'Η ιστορία της πόλης'],
    ['honest Serbian', 'Љубав и јесен'],
    ['Latin and Arabic side by side', 'قناة الBBC وCNN'],
    ['words of either script', 'Windows для всех'],
    ['flags', '🇮🇸🇮🇸 🇮🇸'],
    ['accents', 'déjà vu, Straße, İstanbul'],
  ])('leaves %s as it is', (_, text) => {
    expect(readingsOf(text)).toEqual([]);
  });
});

describe('digits and signs', () => {
  it.each([
    ['leetspeak', 'b4q1y4', ['baqiya ← b4q1y4 (leet)']],
    ['1 for l', 'a1 naba', ['al ← a1 (leet)']],
    ['signs', 'b@q!y@ $tate of i$', ['baqiya ← b@q!y@ (leet)', 'state ← $tate (leet)', 'is ← i$ (leet)']],
    ['digits of other scripts', 'b٤qiya', ['baqiya ← b٤qiya (leet)']],
    [
      'digits for Arabic letters',
      'ba9iya 5ilafa 7aqq da3wa',
      [
        'baqiya ← ba9iya (arabizi)',
        'khilafa ← 5ilafa (arabizi)',
        'haqq ← 7aqq (arabizi)',
        'dawa ← da3wa (arabizi)',
      ],
    ],
    ['in Cyrillic words', 'х4лиф0т', ['хчлифот ← х4лиф0т (leet)']],
    ['in Arabic words', '1لدولة', ['الدوله ← 1لدولة (leet)']],
    ['behind entities', 'b&#52;qiya', ['baqiya ← b&#52;qiya (leet)']],
  ])('%s', (_, text, expected) => {
    expect(changesIn(text)).toEqual(expect.arrayContaining(expected));
  });

  it.each([
    ['plain numbers', 'In 2014, 1.5 of 300 ١٤٤٥ at 10:30, $100 and 50€'],
    ['mentions and sentence signs', '@maq says hello! Really?! a + b'],
  ])('leaves %s as they are', (_, text) => {
    expect(readingsOf(text)).toEqual([]);
  });
});

describe('runs', () => {
  it('reads one, two, and one of vowels with two of consonants', () => {
    expect(readingsOf('Alllahu akbaaar')).toEqual(['alahu akbar', 'allahu akbaar', 'allahu akbar']);
    expect(readingsOf('بااااقية')).toEqual(['باقيه', 'بااقيه', 'باقيه']);
  });

  it.each(['ههههه', 'www.example.org', '1000 ... !!!', 'xxx aaa', 'all good'])(
    'leaves %s as it is',
    (text) => {
      expect(readingsOf(text)).toEqual([]);
    },
  );
});

describe('spaced letters', () => {
  it.each([
    ['b a q i y a', 'baqiya'],
    ['b.a.q.i.y.a', 'baqiya'],
    ['b-a_q-i_y-a!', 'baqiya'],
    ['b🔥a💀q🔥i👨‍👩‍👧y🔥a', 'baqiya'],
    ['b\na\nq\ni\ny\na', 'baqiya'],
    ['see b a q i y a   w a   t a t a now', 'see baqiya wa tata now'],
    ['b.a.q.i.y.a w.a', 'baqiya wa'],
    ['b 4 q 1 y @', 'baqiya'],
    ['ب ا ق ي ة', 'باقيه'],
    ['б а к и я', 'бакия'],
    ['খি লা ফ ত', 'খিলাফত'],
    ['খ ি ল া ফ ত', 'খিলাফত'],
    ['𞤀 𞤁 𞤂', '𞤢𞤣𞤤'],
  ])('%s', (text, expected) => {
    expect(readingsOf(text)).toContain(expected);
  });

  it.each(['I am a man', 'U.S. troops', 'plan B or C', '1 2 3 4 5', 'ba qi ya'])(
    'joins no words: %s',
    (text) => {
      expect(readingsOf(text)).toEqual([]);
    },
  );
});

describe('together', () => {
  it('reads what evades in several ways at once', () => {
    expect(changesIn('b 4 q і y а')).toContain('baqiya ← b 4 q і y а (confusables, spaced, leet)');
    expect(readingsOf('#IslаmicSt4te_Noooow')).toContain('islamic state now');
  });

  it('tells a rule which steps were needed, and that unchanged words needed none', () => {
    const text = 'state of b4qiya';
    const [reading] = readings.of(text, normalise(text));
    expect(reading?.steps(0, 8)).toBe(0);
    expect(reading?.steps(0, 15)).toBe(STEP.leet);
  });

  it('leaves what needs a step that is off as it is', () => {
    const text = 'st4te of bаqіyа, nooow';
    const off = STEP.leet | STEP.arabizi;
    const without = Array.from(readings.of(text, normalise(text), off), (reading) => reading.text());
    expect(without[0]).toBe('st4te of baqiya now');
  });

  it('is placed in the plain reading', () => {
    const text = 'the st@te of b4qiya';
    const plain = normalise(text);
    const [reading] = readings.of(text, plain);
    const { from, to } = plain.covering(reading?.span(4, 9) ?? { start: 0, end: 0 });
    expect([plain.text(), plain.text(from, to)]).toEqual(['the st te of b4qiya', 'st te']);
    expect(plain.covering({ start: 13, end: 19 })).toEqual({ from: 13, to: 19 });
    expect(normalise('').covering({ start: 0, end: 0 })).toEqual({ from: 0, to: 0 });
  });

  it('leads each change to text that reads so again', () => {
    fc.assert(
      fc.property(strings, (text) => {
        for (const { words, published, steps } of changes(text)) {
          // Single letters that only the case of a tag parts are no occasion by themselves.
          if ((steps & STEP.spaced) !== 0 && text.includes('#')) continue;
          const again = [published, `#${published}`].flatMap((each) => readingsOf(each));
          // A ligature of several words is taken whole.
          expect(again.map((each) => ` ${each} `)).toContainEqual(expect.stringContaining(` ${words} `));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('gives every unit a span within the text, in its order', () => {
    fc.assert(
      fc.property(strings, (text) => {
        let count = 0;
        for (const reading of readings.of(text, normalise(text))) {
          count++;
          expect(reading.text()).not.toMatch(/^ | {2}| $/);
          for (let at = 0; at < reading.length; at++) {
            expect(reading.starts[at + 1]).toBeGreaterThanOrEqual(reading.starts[at] as number);
          }
          expect(reading.starts[reading.length]).toBeLessThanOrEqual(text.length);
          expect(reading.steps(0, reading.length) & ~READING_STEPS).toBe(0);
        }
        expect(count).toBeLessThanOrEqual(MAX_READINGS);
      }),
      { numRuns: RUNS },
    );
  });

  it('is occasioned wherever it would change something', () => {
    const atoms = new Atoms();
    fc.assert(
      // Without tags: that one of three capitals falls apart into letters is no occasion.
      fc.property(strings, (tags) => {
        const text = tags.replaceAll('#', ' ');
        const plain = normalise(text);
        const groups = groupsOf(text, plain, atoms.cut(text, plain));
        if (groups.length > 0) expect(occasionsIn(text, plain)).not.toBe(0);
      }),
      { numRuns: RUNS },
    );
  });

  it('leaves out only readings in which the automaton finds nothing that they changed', () => {
    let found = 0;
    fc.assert(
      fc.property(strings, fc.nat(), fc.nat(), fc.nat(), fc.boolean(), (text, one, a, b, proclitics) => {
        const all = readingsOf(text);
        const words = (all[one % all.length] ?? '').split(' ');
        const [first = 0, last = 0] = [a % words.length, b % words.length].sort((x, y) => x - y);
        const phrase = words.slice(first, last + 1).join(' ');
        if (phrase === '') return;
        const automaton = PhraseAutomaton.build([{ text: phrase, proclitics }]);
        const places = (mayMatter: Parameters<Readings['of']>[3]) => {
          const seen = new Set<string>();
          for (const reading of readings.of(text, normalise(text), NO_STEPS, mayMatter)) {
            const { starts, ends, count } = automaton.find(reading);
            for (let at = 0; at < count; at++) {
              const [from, to] = [starts[at] as number, ends[at] as number];
              if (reading.steps(from, to) !== NO_STEPS) seen.add(`${reading.text()} ${from} ${to}`);
            }
          }
          return [...seen];
        };
        const expected = places(undefined);
        expect(places((changed) => automaton.mayHoldAny(changed))).toEqual(expected);
        found += expected.length;
      }),
      { numRuns: RUNS },
    );
    expect(found).toBeGreaterThan(RUNS / 10);
  });

  it('takes texts of 10 MB, of lone surrogates and of combining marks in linear time', () => {
    const big = ['b4qiya ', 'b a q ', '1 ', '$ ', 'a$ ', 'аaа ', 'aaab ', '\ud800b4'].map((part) =>
      part.repeat(2_000_000 / part.length),
    );
    for (const text of [
      ...big,
      `a4${'\u0301'.repeat(100_000)}b`,
      '🅑'.repeat(500_000),
      '$'.repeat(1_000_000),
    ]) {
      let units = 0;
      for (const reading of readings.of(text, normalise(text))) units += reading.length;
      expect(units).toBeLessThanOrEqual(MAX_READINGS * 2 * text.length);
    }
  });
});
