import { normalise } from '@vigil/text';
import { ALTERATIONS } from './alterations.js';
import { POSTS_PER_LABEL, generatePosts } from './generate.js';
import { rateOf } from './rate.js';
import { LABELS, LabelledFile } from './schema.js';
import { seeded } from './random.js';

const words = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const sentences = (name: string, place: string) => words.map((word) => `${name} ${word} {${place}} {place}`);
const file = LabelledFile.parse({
  language: 'en',
  terms: { term: ['evergreen and growing', 'green banner agency', 'the grove'] },
  slots: { place: words, day: Array.from({ length: 30 }, (_, at) => `day ${at + 1}`) },
  religious: sentences('prayer', 'day'),
  news: sentences('report', 'term'),
  academic: sentences('study', 'term'),
  'counter-speech': sentences('no', 'term'),
  plain: sentences('yes', 'term'),
});

describe('the labelled set', () => {
  test('has so many different posts of each label, and the same ones for a seed', () => {
    const posts = generatePosts(file, 3);
    for (const label of LABELS) {
      const texts = posts.filter((post) => post.label === label).map((post) => post.text);
      expect(new Set(texts).size).toBe(POSTS_PER_LABEL[label]);
    }
    expect(generatePosts(file, 3)).toEqual(posts);
    expect(generatePosts(file, 4)).not.toEqual(posts);
  });

  test('alters the terms of obfuscated posts and nothing else', () => {
    const posts = generatePosts(file, 3).filter((post) => post.label === 'obfuscated');
    for (const { text, alteration } of posts) {
      expect(text).toMatch(/^yes \w+ /);
      expect(Object.keys(ALTERATIONS)).toContain(alteration);
      expect(file.terms['term']?.some((term) => text.includes(term))).toBe(false);
    }
    expect(new Set(posts.map((post) => post.alteration)).size).toBeGreaterThan(10);
  });

  test('tells an author what is missing', () => {
    expect(() => generatePosts({ ...file, news: ['a report on {nobody}'] }, 1)).toThrow(
      'en: {nobody} in “a report on {nobody}” is filled by nothing',
    );
    expect(() => generatePosts({ ...file, news: ['a report on {term}'] }, 1)).toThrow(
      'en: 1 sentences for news make 3 different posts, and 200 are wanted',
    );
  });

  test.each(Object.entries(ALTERATIONS))('%s keeps a term readable', (_, alter) => {
    const altered = alter('Evergreen and Growing', seeded(5));
    expect(altered.length).toBeGreaterThan(0);
    expect(normalise(altered).length).toBeGreaterThan(0);
  });
});

describe('a rate', () => {
  test('has the bounds of Wilson’s interval', () => {
    // 95% bounds of 8 in 10, as R gives them: prop.test(8, 10, correct = FALSE).
    const { rate, low, high } = rateOf(8, 10);
    expect([rate, low, high].map((value) => value.toFixed(4))).toEqual(['0.8000', '0.4902', '0.9433']);
  });

  test('of nothing found has an upper bound, and of no posts none', () => {
    expect(rateOf(0, 600).high).toBeCloseTo(0.0064, 4);
    expect(rateOf(0, 0)).toMatchObject({ low: 0, high: 1 });
  });
});
