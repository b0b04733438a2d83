import { normalise } from '@vigil/text';
import { conceptsIn } from './index.js';

const concepts = (text: string) =>
  conceptsIn(normalise(text).text().split(' ')).map(({ concept }) => concept);

describe('the concepts in a post', () => {
  test.each([
    ['Police arrested a suspect', ['police', 'police', 'police']],
    ['Полиция задержала подростка', ['police', 'police', 'youth']],
    ['اعتقلت الشرطة شابا', ['police', 'police']],
    ['Polis şüpheliyi yakaladı', ['police', 'police', 'police']],
  ])('%s: are the same in every language, endings apart', (text, expected) => {
    expect(concepts(text)).toEqual(expected);
  });

  test('are those of the one language in which the most words mean something', () => {
    // “me” asks in Hausa, and is the first person in English.
    expect(concepts('my mother told me')).toEqual(['i', 'family', 'saying', 'i']);
    expect(concepts('me ya sa kotu ta daure shi')).toContain('asking');
  });

  test('are found in words of two parts, and in none of nothing', () => {
    expect(concepts("an kama masu ta'addanci a kauyen")).toContain('khawarij');
    expect(conceptsIn([])).toEqual([]);
  });
});
