import fc from 'fast-check';
import { normalise } from '../normalise.js';
import { BANDS, PERMUTATIONS, bandKeys, estimate, minHash } from './min-hash.js';
import { KnownTexts, wordsOf, type Copy } from './known-texts.js';
import { LEAST_WORDS } from './limits.js';
import { seedPlaces } from './seeds.js';
import { jaccard, shingleSet } from './shingles.js';
import { generator, type Random } from './random.fixture.js';

const words = (text: string) => wordsOf(normalise(text));
const bank = (...texts: string[]) => KnownTexts.build(texts.map(words));
const copiesIn = (known: KnownTexts, text: string) => known.copiesIn(normalise(text));

/** A text of so many words out of a vocabulary of 5,000. */
function prose(random: Random, count: number): string {
  return Array.from({ length: count }, () => `w${Math.floor(5_000 * random() ** 2)}`).join(' ');
}

/** Changes, drops or doubles each word with the given probability, as who edits a text does. */
function edited(random: Random, text: string, rate: number): string {
  return text
    .split(' ')
    .flatMap((word) => {
      if (random() >= rate) return [word];
      const kind = random();
      if (kind < 0.6) return [`x${Math.floor(5_000 * random())}`];
      return kind < 0.8 ? [] : [word, `x${Math.floor(5_000 * random())}`];
    })
    .join(' ');
}

const STATEMENT =
  'the committee for gardens announces that the old orchard behind the mill will be open to all from monday and asks every neighbour to bring a basket and a ladder';

describe('known texts', () => {
  it('knows a text that is published whole, however it is written', () => {
    const [copy] = copiesIn(
      bank('something else entirely is here', STATEMENT),
      ` ${STATEMENT.toUpperCase()}!!! `,
    );
    expect(copy).toMatchObject({ text: 1, how: 'exact', share: 1, similarity: 1, ofPost: 1 });
  });

  it('names a passage within another text, its share and where it stands', () => {
    const passage = STATEMENT.split(' ').slice(5, 20).join(' ');
    const post = `good morning dear readers today we found this: “${passage}” and we wonder what it may mean for the rest of us`;
    const normalised = normalise(post);
    const [copy, ...others] = bank(STATEMENT).copiesIn(normalised);
    expect(others).toEqual([]);
    expect(copy).toMatchObject({ text: 0, how: 'passage', share: 15 / 30 });
    const { start, end } = normalised.span(copy?.start ?? 0, copy?.end ?? 0);
    expect(post.slice(start, end).replace(/”.*/, '')).toBe(passage);
  });

  it('names a repost with edits as a near copy', () => {
    const post = STATEMENT.replace('orchard', 'park').replace('basket', 'bag');
    const [copy] = copiesIn(bank(STATEMENT), post);
    expect(copy).toMatchObject({ how: 'near', ofPost: 1 });
    expect(copy?.share).toBeGreaterThan(0.75);
    expect(copy?.similarity).toBeLessThan(1);
  });

  it('knows short texts only whole: what they say is said by many', () => {
    const short = 'glad tidings to all our neighbours';
    expect(copiesIn(bank(short), short)).toHaveLength(1);
    expect(copiesIn(bank(short), `${short} again`)).toEqual([]);
    expect(
      copiesIn(
        bank(STATEMENT),
        STATEMENT.split(' ')
          .slice(0, LEAST_WORDS - 1)
          .join(' '),
      ),
    ).toEqual([]);
  });

  it('finds no copy where two texts of a language share set phrases only', () => {
    const post =
      'the committee for roads announces that it asks every neighbour to keep off the new bridge behind the station';
    expect(copiesIn(bank(STATEMENT), post)).toEqual([]);
  });

  it('reads scripts without spaces by their characters', () => {
    const known = '果樹園は月曜日から町のすべての人に開かれますので、かごとはしごを持って来てください';
    const post = `皆さん、おはようございます。${known.slice(3, 34)}というお知らせを見ましたか`;
    expect(copiesIn(bank(known), known)).toMatchObject([{ how: 'exact' }]);
    expect(copiesIn(bank(known), post)[0]).toMatchObject({ text: 0 });
    expect(
      copiesIn(bank(known), '今日はとても良い天気ですから、みんなで川の近くを散歩して写真を撮りましょう'),
    ).toEqual([]);
  });

  it('finds every passage of the least length wherever it stands, in text and post', () => {
    const random = generator(17);
    const texts = Array.from({ length: 40 }, () => prose(random, 60 + Math.floor(50 * random())));
    const known = bank(...texts);
    fc.assert(
      fc.property(
        fc.nat(texts.length - 1),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        fc.nat(40),
        fc.nat(40),
        (text, at, before, after) => {
          const all = (texts[text] ?? '').split(' ');
          const from = Math.floor(at * (all.length - LEAST_WORDS + 1));
          const passage = all.slice(from, from + LEAST_WORDS);
          const post = [...Array(before).fill('before'), ...passage, ...Array(after).fill('after')].join(' ');
          const found = copiesIn(known, post).find((copy) => copy.text === text);
          expect(found?.share).toBeGreaterThanOrEqual(LEAST_WORDS / all.length);
        },
      ),
      { seed: 5, numRuns: 500 },
    );
  });

  it('agrees with comparing every text, on posts made of parts and edits', () => {
    const random = generator(23);
    const texts = Array.from({ length: 60 }, () => prose(random, 20 + Math.floor(80 * random())));
    const known = bank(...texts);
    const sets = texts.map((text) => shingleSet(words(text)));
    for (let run = 0; run < 200; run++) {
      const text = Math.floor(texts.length * random());
      const post = edited(random, texts[text] ?? '', 0.3 * random());
      const near = copiesIn(known, post).filter((copy) => copy.how !== 'passage');
      const own = shingleSet(words(post));
      const expected = sets.flatMap((one, at) => {
        const similarity = jaccard(one, own);
        return similarity >= 0.3 ? [{ text: at, similarity }] : [];
      });
      expect(near.map(({ text: at, similarity }) => ({ text: at, similarity }))).toEqual(expected);
    }
  });

  it.each([
    [0.05, 1],
    [0.1, 0.99],
    [0.2, 0.7],
  ])('recalls reposts of 20 to 120 words with every word edited at rate %d: at least %d', (rate, least) => {
    const random = generator(31);
    const texts = Array.from({ length: 300 }, () => prose(random, 20 + Math.floor(100 * random())));
    const known = bank(...texts);
    const found = texts.filter((text, at) =>
      copiesIn(known, edited(random, text, rate)).some((copy) => copy.text === at),
    );
    expect(found.length / texts.length).toBeGreaterThanOrEqual(least);
  });

  it('takes hostile posts in time linear in their length', () => {
    const known = bank(
      STATEMENT,
      'a '.repeat(200),
      'a b '.repeat(200),
      ...Array(200).fill('b b b c '.repeat(30)),
    );
    const size = 1_000_000;
    const time = (text: string): [number, readonly Copy[]] => {
      const normalised = normalise(text);
      const began = performance.now();
      const copies = known.copiesIn(normalised);
      return [performance.now() - began, copies];
    };
    for (const unit of ['a b ', 'b b b c ', '果'])
      expect(time(unit.repeat(size / unit.length))[0]).toBeLessThan(60_000);
    const [, copies] = time(`${STATEMENT} ${'nothing to see here '.repeat(100_000)}`);
    // What is repeated counts once: padding does not hide a copy.
    expect(copies).toMatchObject([{ text: 0, how: 'near', share: 1 }]);
  }, 120_000);

  it('never throws, whatever the text', () => {
    const known = bank(STATEMENT, 'one two three four five');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const copy of copiesIn(known, text)) expect(copy.share).toBeLessThanOrEqual(1);
        expect(copiesIn(KnownTexts.build([words(text)]), text).length).toBeLessThanOrEqual(1);
      }),
      { seed: 7, numRuns: 1_000 },
    );
  });
});

describe('seeds', () => {
  it('leaves no run of LEAST_WORDS words without one', () => {
    const random = generator(3);
    for (let run = 0; run < 50; run++) {
      const text = words(prose(random, 50 + Math.floor(200 * random())));
      const places = seedPlaces(text);
      for (let at = 0; at + LEAST_WORDS <= text.length; at++)
        expect(places.some((place) => place >= at && place + 3 <= at + LEAST_WORDS)).toBe(true);
    }
  });
});

describe('MinHash', () => {
  it('estimates Jaccard similarity within its stated error', () => {
    const random = generator(41);
    let squares = 0;
    let beyond = 0;
    const runs = 200;
    for (let run = 0; run < runs; run++) {
      const text = prose(random, 100);
      const [a, b] = [shingleSet(words(text)), shingleSet(words(edited(random, text, 0.25 * random())))];
      const error = estimate(minHash(a), minHash(b)) - jaccard(a, b);
      squares += error * error;
      if (Math.abs(error) > 1 / Math.sqrt(PERMUTATIONS)) beyond++;
    }
    expect(Math.sqrt(squares / runs)).toBeLessThan(0.5 / Math.sqrt(PERMUTATIONS));
    expect(beyond / runs).toBeLessThan(0.05);
  });

  it('brings near texts into a common band, and others not', () => {
    const random = generator(43);
    const meet = (rate: number) => {
      let met = 0;
      for (let run = 0; run < 150; run++) {
        const text = prose(random, 60);
        const keys = new Set(bandKeys(minHash(shingleSet(words(text)))));
        const other = rate < 1 ? edited(random, text, rate) : prose(random, 60);
        if (bandKeys(minHash(shingleSet(words(other)))).some((key) => keys.has(key))) met++;
      }
      return met / 150;
    };
    expect(bandKeys(minHash(shingleSet(words(STATEMENT))))).toHaveLength(BANDS);
    expect(meet(0.1)).toBeGreaterThan(0.97);
    expect(meet(1)).toBeLessThan(0.02);
  });
});
