import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LEAST_LETTERS, identifyLanguage } from './identify.js';
import { languageOf } from './language-of.js';

const SENTENCES: Readonly<Record<string, string>> = {
  ar: 'وصلت القافلة إلى المدينة بعد صلاة الظهر',
  bn: 'আজ সকালে স্কুলের মাঠে মেলা বসেছে',
  en: 'The market opens at eight, and the bus leaves from the bridge',
  fa: 'امروز پس از نماز ظهر به بازار شهر رفتیم',
  fr: 'Le marché ouvre à huit heures et le bus part du pont',
  ha: 'Kasuwa tana buɗewa da ƙarfe takwas, kuma mota tana tashi daga gada',
  id: 'Pasar dibuka pukul delapan dan bus berangkat dari jembatan',
  ms: 'Kedai itu ditutup kerana hujan lebat di bandar pada hari Khamis',
  ps: 'نن سهار موږ د ښار بازار ته ولاړو',
  ru: 'Рынок открывается в восемь, и автобус отходит от моста',
  so: 'Suuqa waxaa la furaa sideedda, baskuna wuxuu ka baxaa buundada',
  tr: 'Pazar saat sekizde açılıyor ve otobüs köprüden kalkıyor',
  uk: 'Ринок відкривається о восьмій, і автобус їде від мосту',
  ur: 'آج صبح ہم شہر کے بازار گئے اور روٹی خریدی',
};

describe('the language of a text', () => {
  it.each(Object.entries(SENTENCES))('is told: %s', (tag, sentence) => {
    expect(identifyLanguage(sentence)).toMatchObject({ tag });
  });

  it('is told with how often such an answer is right', () => {
    expect(identifyLanguage(SENTENCES['ru'] ?? '')?.confidence).toBeGreaterThanOrEqual(0.95);
  });

  it.each([
    ['nothing', ''],
    ['too few letters', 'ok thanks'],
    [
      'numbers, emoji and addresses',
      '12:30 🔥🔥 https://example.org/the-market-opens @some_name_of_many_letters',
    ],
    ['two scripts', 'باقية وتتمدد remaining here'],
    ['names alone', 'Anna Maria Berlin Oslo'],
    ['halves of surrogate pairs', '\ud800'.repeat(50)],
  ])('is unknown: %s', (_, text) => {
    expect(identifyLanguage(text)).toBeNull();
  });

  it('does not hang on what invisible characters, capitals and addresses stand between', () => {
    const text = `https://example.org/abc ${(SENTENCES['fr'] ?? '').toUpperCase().replaceAll(' ', '\u200b ')} 🎉`;
    expect(identifyLanguage(text)).toMatchObject({ tag: 'fr' });
  });

  it('never throws, and never tells a language of fewer letters than it reads', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const told = identifyLanguage(text);
        expect(told === null || (text.normalize('NFKC').match(/\p{L}/gu) ?? []).length >= LEAST_LETTERS).toBe(
          true,
        );
      }),
    );
  });
});

describe('what counts of a post', () => {
  const french = SENTENCES['fr'] ?? '';
  const arabic = SENTENCES['ar'] ?? '';
  it.each([
    ['what the origin states', 'de', french, 'de', false],
    ['what the text tells where the origin is silent', null, french, 'fr', true],
    ['the text, where its letters rule the statement out', 'en-US', arabic, 'ar', true],
    ['the statement of a language that is written in several scripts', 'ha', arabic, 'ha', false],
    ['the statement over Latin letters, as transliterations are', 'ar', 'baqiya wa tatamaddad', 'ar', false],
    ['the statement, where the text tells nothing', 'en', 'سلام', 'en', false],
    ['the statement, though it is no tag that is known', 'xx-ab-cd-ef', french, 'xx-ab-cd-ef', false],
  ])('%s', (_, stated, text, tag, byText) => {
    const language = languageOf(text, stated);
    expect(language.tag).toBe(tag);
    expect(language.identified !== null).toBe(byText);
  });
});
