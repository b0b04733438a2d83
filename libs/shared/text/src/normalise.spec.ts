import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldCodePoint } from './fold.js';
import { NormalisedText, normalise, readWithout } from './normalise.js';
import { ALL_STEPS, STEP, STEPS, stepSet, stepsIn, type Step } from './steps.js';
import { strings, stringsOfOneScript } from './strings.fixture.js';
import { MAX_TOKEN, tokenise } from './tokenise.js';

const RUNS = process.env['VIGIL_SOAK'] ? 100_000 : 2_000;

const scratch = new NormalisedText();
const read = (text: string) => normalise(text, scratch).text();

describe('normalise', () => {
  it.each([
    ['case', 'AMAQ Ωmega Σίσυφος', 'amaq ωmega σισυφοσ'],
    ['full case folding', 'Straße ẞ', 'strasse ss'],
    ['compatibility forms (NFKC)', 'Ａｍａｑ 𝐀𝐦𝐚𝐪 ℌ ﬁ ①② ㎏', 'amaq amaq h fi 12 kg'],
    ['composed and decomposed', 'é e\u0301', 'e e'],
    ['Latin diacritics', 'Khilāfah Ṣalāḥ Łódź Ærø đ', 'khilafah salah lodz aero d'],
    ['Turkish letters', 'HİLÂFET ığüşöç IŞIK', 'hilafet igusoc isik'],
    ['hooked letters of Hausa', 'ɓarna ɗaya ƙasa ƴanci', 'barna daya kasa yanci'],
    ['modifier letters of transliteration', 'ʿAmāq Nabaʾ', 'amaq naba'],
    ['Cyrillic', 'Ёлка Й Қазақ Ғ', 'елка и казак г'],
    ['alef forms', 'أإآٱا', 'ااااا'],
    ['yeh and alef maqsura', 'يىیېۍےئ', 'ييييييي'],
    ['kaf', 'كکڪ', 'ككك'],
    ['heh and teh marbuta', 'هةہھۀە', 'هههههه'],
    ['waw with hamza, standalone hamza', 'مؤمن علماء', 'مومن علما'],
    ['noon ghunna', 'میں', 'مين'],
    ['letters that tell words apart stay', 'پچژگٹڈڑ', 'پچژگٹڈڑ'],
    ['tatweel', 'الـــدولة', 'الدوله'],
    ['harakat and Quranic marks', 'ٱلدَّوْلَةُ ۖ', 'الدوله'],
    ['presentation forms', 'ﺍﻟﺪﻭﻟﺔ ﻻ ﷲ', 'الدوله لا الله'],
    ['ligatures of words', 'ﷺ ﷽', 'صلي الله عليه وسلم بسم الله الرحمن الرحيم'],
    ['Arabic and Persian digits', '١٤٤٥ ۱۴۴۵', '1445 1445'],
    ['digits of other scripts', '२०२६ ২০২৬ ๒๐', '2026 2026 20'],
    ['zero-width and bidi', 'a\u200bma\u200dq \u202eb\u2066c\u2069 \ufeffd\u00ad', 'amaq bc d'],
    ['Persian half-space', 'می\u200cخواهم', 'ميخواهم'],
    ['variation selectors and tags', 'a\ufe0f b\u{e0101} c\u{e0061}', 'a b c'],
    ['combining and enclosing marks', 'A\u0336m\u0337a\u20ddq', 'amaq'],
    ['Bengali vowel signs stay, nukta goes', 'খিলাফত ড়', 'খিলাফত ড'],
    ['Devanagari', 'ख़िलाफ़त', 'खिलाफत'],
    ['Hangul', '국', '\u1100\u116e\u11a8'],
    ['kana voicing stays', 'が', 'か\u3099'],
    ['punctuation and white space', '  a,\t\n b – c…d「e」 ', 'a b c d e'],
    ['apostrophes separate', 'l’État islamique', 'l etat islamique'],
    ['emoji separate', 'a👨‍👩‍👧b ❤️c', 'a b c'],
    ['marks of trade', 'Amaq™ News®', 'amaq news'],
    ['underscores', 'a_b__c', 'a b c'],
    [
      'hashtags split by case',
      '#IslamicHistory #ISISNews #تاريخ_قديم ＃AbCd',
      'islamic history isis news تاريخ قديم ab cd',
    ],
    ['no split outside of hashtags', 'YouTube', 'youtube'],
    ['lone surrogates', 'a\ud800b \udc00c\ud83d', 'a b c'],
    ['letters of other planes', '𞤀𞤁', '𞤢𞤣'],
    ['HTML entities', 'b&#97;q&#x0069;y&aacute; &lt;&nbsp;&#1576;&#1575', 'baqiya با'],
    ['entities of letters and marks', '&#65018;x&zwnj;y&#8206;z &Auml;', 'صلي الله عليه وسلمxyz a'],
    ['entities encoded again', 'b&amp;#97;q &amp;amp;eacute;t', 'baq et'],
    ['entities of other planes, and none of half a pair', '&#x1D400;&#125184; &#xD800;a', 'a𞤢 a'],
    ['what is no entity', 'R&D a&b; &copy &#; &bogus;', 'r d a b copy bogus'],
    ['percent-encoding', '%D8%A8%D8%A7 %41maq wiki%2FLa%C3%AFcit%C3%A9', 'با amaq wiki laicite'],
    [
      'percentages and broken encoding',
      '5%20 100%dawn %D8 %C0%80 %ED%A0%80 %zz %',
      '5 20 100 dawn d8 c0 80 ed a0 80 zz',
    ],
    ['nothing', ' !! \u200b\u0640', ''],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('folds what NFKC makes one to one, for every code point', () => {
    const different: string[] = [];
    for (let point = 0; point < 0x30000; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const character = String.fromCodePoint(point);
      // Marks of trade separate on purpose; U+FDFD has a reading that Unicode does not decompose.
      if ('™℠\ufdfd'.includes(character)) continue;
      if (read(character.normalize('NFKC')) !== read(character)) different.push(point.toString(16));
    }
    expect(different).toEqual([]);
  });

  it('has nothing left to fold in what it folded, for every code point', () => {
    const different: string[] = [];
    for (let point = 0; point < 0x30000; point++) {
      const folded = foldCodePoint(point);
      if (read(folded) !== folded.trim().replace(/ +/g, ' ')) different.push(point.toString(16));
    }
    expect(different).toEqual([]);
  });

  it('reuses its result and gives oversized buffers back', () => {
    const into = new NormalisedText();
    expect(normalise('ﷺ'.repeat(100_000), into).length).toBeGreaterThan(1_700_000);
    expect(normalise('abc', into).text()).toBe('abc');
    expect(into.units.length).toBeLessThan(10_000);
  });

  it('takes texts of 10 MB, of lone surrogates and of combining marks in linear time', () => {
    const began = performance.now();
    expect(normalise('سلام '.repeat(2_000_000)).length).toBe(9_999_999);
    expect(normalise('\ud800'.repeat(1_000_000)).length).toBe(0);
    expect(normalise(`a${'\u0301'.repeat(100_000)}`).text()).toBe('a');
    expect(normalise('#aB'.repeat(100_000)).length).toBe(399_999);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('steps', () => {
  it.each<[Step, string, string]>([
    ['entities', 'b&#97;q', 'b 97 q'],
    ['percent', '%D8%A8', 'd8 a8'],
    ['compatibility', 'Ａ𝐀 ﻻ', 'ａ𝐀 ﻻ'],
    ['case', 'AmAq É Ø', 'AmAq E O'],
    ['marks', 'é ʿa ख़', 'e\u0301 ʿa ख\u093c'],
    ['letters', 'ø ß қ ё', 'ø ß қ е'],
    ['arabic', 'أ ى ة ک ء', 'ا\u0654 ى ة ک ء'],
    ['harakat', 'دَو\u0640', 'دَو\u0640'],
    ['digits', '١٤ 14', '١٤ 14'],
    ['invisible', 'a\u200bb\u202e', 'a\u200bb\u202e'],
    ['hashtags', '#IslamicHistory', 'islamichistory'],
  ])('without %s, what it changes stays', (step, text, expected) => {
    expect(readWithout(STEP[step], text)).toBe(expected);
    expect(read(text)).not.toBe(expected);
  });

  it('only narrow when they are left out: what reads alike without a step reads alike with it', () => {
    const changing = ['entities', 'percent', 'hashtags'] as const;
    const steps = fc.subarray(
      STEPS.map(({ name }) => name).filter((name) => !changing.includes(name as never)),
    );
    fc.assert(
      fc.property(strings, steps, (text, off) => {
        expect(read(readWithout(stepSet([...off, ...changing]), text))).toBe(
          read(readWithout(stepSet(changing), text)),
        );
      }),
      { numRuns: Math.min(RUNS, 20_000) },
    );
  });

  it('are named by their sets', () => {
    expect(stepsIn(stepSet(['case', 'runs']))).toEqual(['case', 'runs']);
    expect(stepsIn(ALL_STEPS)).toEqual(STEPS.map(({ name }) => name));
  });
});

describe('the map to the published text', () => {
  it('leads from every run of words to text that normalises to them', () => {
    fc.assert(
      fc.property(strings, fc.nat(), fc.nat(), (text, a, b) => {
        const normalised = normalise(text);
        const words = normalised.text().split(' ');
        const [first = 0, last = 0] = [a % words.length, b % words.length].sort((x, y) => x - y);
        const from = words.slice(0, first).reduce((sum, word) => sum + word.length + 1, 0);
        const wanted = words.slice(first, last + 1).join(' ');
        if (wanted === '') return;
        const { start, end } = normalised.span(from, from + wanted.length);
        const published = text.slice(start, end);
        // A ligature of several words is taken whole; a tag's words are split as a tag is.
        const reads = [read(published), read(`#${published}`)];
        expect(reads.some((reading) => ` ${reading} `.includes(` ${wanted} `))).toBe(true);
        if (!/[\ufdf0-\ufdfd]/.test(published)) expect(reads).toContain(wanted);
      }),
      { numRuns: RUNS },
    );
  });

  it('gives every unit a span within the text, in its order, and never half a pair', () => {
    fc.assert(
      fc.property(strings, (text) => {
        const normalised = normalise(text);
        let before = 0;
        for (let at = 0; at < normalised.length; at++) {
          const { start, end } = normalised.span(at, at + 1);
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeLessThanOrEqual(text.length);
          if (normalised.units[at] !== 0x20) expect(end).toBeGreaterThan(start);
          before = start;
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('reads the canonical forms of a text alike', () => {
    fc.assert(
      // Of one script: canonical order may exchange marks of two, which no language writes on one letter.
      fc.property(stringsOfOneScript, (text) => {
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'])
          expect(tagless(text.normalize(form))).toBe(tagless(text));
      }),
      { numRuns: RUNS },
    );
  });

  it('reads what it has read as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(read(read(text))).toBe(read(text));
      }),
      { numRuns: RUNS },
    );
  });
});

/** Case within tags is read before folding: a form may change which letters are capitals (Ａ and ① do not). */
function tagless(text: string): string {
  return read(text.replaceAll('#', ' '));
}

describe('tokenise', () => {
  const tokens = (text: string) =>
    tokenise(text).map(({ text: word, start, end }) => `${word}=${text.slice(start, end)}`);

  it('cuts words and leads each to the published text', () => {
    expect(tokens('«الدَّولة» #NewsToday l’É.')).toEqual([
      'الدوله=الدَّولة',
      'news=News',
      'today=Today',
      'l=l',
      'e=É',
    ]);
  });

  it('makes every character of scripts without spaces a word', () => {
    expect(tokens('東京abc 𠀀中')).toEqual(['東=東', '京=京', 'abc=abc', '𠀀=𠀀', '中=中']);
  });

  it('cuts very long words, never within a pair, and keeps their whole span', () => {
    const [token] = tokenise(`${'a'.repeat(MAX_TOKEN - 1)}𞤢${'b'.repeat(50)}`);
    expect(token).toEqual({ text: 'a'.repeat(MAX_TOKEN - 1), start: 0, end: MAX_TOKEN + 51 });
  });

  it('reads characters as the stored index does', () => {
    // The index holds what this made of published texts. A new value here means: `vigil reindex` after the update.
    let hash = 0;
    for (let point = 0; point < 0x30000; point++) {
      const reading = tokenise(String.fromCodePoint(point)).map((token) => token.text);
      for (const unit of `${point.toString(36)}=${reading.join(' ')};`) {
        hash = (Math.imul(hash, 31) + unit.charCodeAt(0)) | 0;
      }
    }
    expect(hash).toBe(1_974_521_192);
  });

  it('leaves encoded characters to be found as published', () => {
    expect(tokens('a&amp;b %41 &eacute;')).toEqual(['a=a', 'amp=amp', 'b=b', '41=41', 'eacute=eacute']);
  });

  it('joins to the normalised text', () => {
    fc.assert(
      fc.property(strings, (text) => {
        expect(
          tokenise(text)
            .map((token) => token.text)
            .join(''),
        ).toBe(read(text).replaceAll(' ', ''));
      }),
      { numRuns: Math.min(RUNS, 20_000) },
    );
  });
});
