import { headlineOf, languageLabel, regionLabel, type Told } from './headline.js';

const parts = (...keys: string[]) => keys.map((key) => ({ key, label: languageLabel(key), hits: 1 }));
const told: Told = {
  label: 'Remaining and expanding',
  observed: 42,
  expected: 3.5,
  foundLate: false,
  languages: parts('ar', 'fr', 'ha', 'ur'),
  sources: parts('a', 'b', 'c', 'd', 'e', 'f'),
};

test.each<[string, Partial<Told>]>([
  ['“Remaining and expanding” in 4 languages, 12 times the usual, 6 sources', {}],
  [
    '“Remaining and expanding” in Arabic, 2.5 times the usual, 1 source',
    { languages: parts('ar'), sources: parts('a'), observed: 10, expected: 4 },
  ],
  [
    '“Remaining and expanding” in 4 languages, 42 hits where hardly any are usual, 6 sources',
    { expected: 0.1 },
  ],
  [
    '“Remaining and expanding” in 4 languages, 12 times the usual, 6 sources, found late',
    { foundLate: true },
  ],
  [
    'The “Remaining” slogan in 4 languages, 12 times the usual, 6 sources',
    { label: 'The “Remaining” slogan' },
  ],
])('%s', (sentence, over) => expect(headlineOf({ ...told, ...over })).toBe(sentence));

test('names regions and languages for people', () => {
  expect(['sahel', 'horn-of-africa', 'southeast-asia'].map(regionLabel)).toEqual([
    'Sahel',
    'Horn of Africa',
    'Southeast Asia',
  ]);
  expect(['ar', 'ur-Latn', 'und', 'not a tag'].map(languageLabel)).toEqual([
    'Arabic',
    'Urdu (Latin)',
    'unknown language',
    'not a tag',
  ]);
});
