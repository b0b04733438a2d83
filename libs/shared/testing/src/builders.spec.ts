import { Source } from '@vigil/contracts';
import { eventually } from './eventually.js';
import { aPost, aPostEvent } from './posts.js';
import { aSource } from './sources.js';
import { aHit, aVerdictEvent } from './verdicts.js';

test('a post says what the test says, and is valid', () => {
  const post = aPost()
    .from('telegram')
    .numbered(7)
    .saying('بيان')
    .in('ar')
    .at('2026-11-20T10:00:00Z')
    .build();
  expect(post).toMatchObject({
    id: 'telegram:7',
    text: 'بيان',
    language: 'ar',
    publishedAt: '2026-11-20T10:00:00Z',
  });
  expect(aPost().build().id).not.toBe(aPost().build().id);
});

test('events and hits follow from posts', () => {
  expect(aPostEvent(aPost().saying('one'), { region: 'sahel' })).toMatchObject({
    type: 'observed',
    region: 'sahel',
  });
  expect(aVerdictEvent(aPost(), { rules: [] })).toMatchObject({
    post: null,
    verdict: { matches: [], severity: null },
  });
  expect(aHit(aPost().at('2026-11-20T10:00:00Z'))).toMatchObject({
    eventTime: '2026-11-20T10:00:00Z',
    state: 'current',
  });
});

test('a source is valid as a draft and as stored', () => {
  const source = aSource().called('sahel-news').about('sahel').build();
  expect(Source.parse(source)).toMatchObject({ id: 'sahel-news', labels: { region: 'sahel' } });
});

test('eventually waits for a fact and passes on the last failure', async () => {
  let asked = 0;
  await expect(eventually(() => (asked += 1) > 3)).resolves.toBe(true);
  await expect(eventually(() => Promise.reject(new Error('still not')), { timeoutMs: 60 })).rejects.toThrow(
    'still not',
  );
});
