import fc from 'fast-check';
import { isVigilError, PostEvent, SourceId } from '@vigil/contracts';
import { postOfLine, type ImportSource } from './import-post.js';

const source: ImportSource = {
  id: SourceId.parse('archive'),
  labels: { region: 'levant', languages: [], context: 'research' },
  demo: false,
  createdAt: '2026-11-01T00:00:00.000Z',
  backfill: false,
};
const NOW = '2026-11-21T12:00:00.000Z';
const read = (value: unknown) =>
  postOfLine(
    { number: 3, offset: 40, end: 90, text: typeof value === 'string' ? value : JSON.stringify(value) },
    source,
    NOW,
  );
const idOf = (value: unknown) => read(value).post.id;

describe('a line of an import', () => {
  it('needs only a text', () => {
    expect(PostEvent.parse(read({ text: 'one' }))).toMatchObject({
      type: 'observed',
      region: 'levant',
      context: 'research',
      post: { text: 'one', channel: 'archive', publishedAt: null, backfill: false },
    });
  });

  it('has the id it names, within its platform or else within its source', () => {
    expect(idOf({ id: 7, platform: 'telegram', text: 'x' })).toBe('telegram:7');
    expect(idOf({ id: 'a b', text: 'x' })).toBe('import:archive/a b');
    expect(idOf({ id: 'x'.repeat(480), text: 'x' }).length).toBeLessThanOrEqual(512);
  });

  it('has the same id where channel, author, time and text are the same, and another where one differs', () => {
    const line = { text: 'one', channel: 'c', author: 'a', publishedAt: '2026-11-21T10:00:00+01:00' };
    expect(idOf(line)).toBe(idOf({ ...line, publishedAt: '2026-11-21T09:00:00Z', title: 'other' }));
    for (const other of [{ text: 'two' }, { channel: 'd' }, { author: 'b' }, { publishedAt: null }])
      expect(idOf({ ...line, ...other })).not.toBe(idOf(line));
  });

  it('keeps its title in the text once, its time in UTC, and unknown fields out', () => {
    const { post } = read({
      text: 'body',
      title: 'head',
      publishedAt: '2026-11-21T10:00:00+01:00',
      whatever: 1,
      author: { displayName: 'A' },
    });
    expect(post).toMatchObject({
      title: 'head',
      text: 'head\n\nbody',
      publishedAt: '2026-11-21T09:00:00.000Z',
      author: { handle: null, displayName: 'A' },
    });
    expect(read({ text: 'head and body', title: 'head' }).post.text).toBe('head and body');
  });

  it('says edits and deletions; what is long before the approval is history', () => {
    expect(read({ text: 'x', revision: 2 }).type).toBe('edited');
    expect(read({ text: '', type: 'deleted', id: 1 }).type).toBe('deleted');
    expect(read({ text: 'x', publishedAt: '2026-10-30T00:00:00Z' }).post.backfill).toBe(true);
    expect(read({ text: 'x', publishedAt: '2026-10-31T12:00:00Z' }).post.backfill).toBe(false);
    expect(
      postOfLine({ number: 1, offset: 0, end: 9, text: '{"text":"x"}' }, { ...source, backfill: true }, NOW)
        .post.backfill,
    ).toBe(true);
  });

  it.each([
    ['{', 'line 3, byte 40: not JSON at character 1; one JSON object a line is expected'],
    ['[]', /^line 3, byte 40: .*expected object/],
    ['{"text":1}', /^line 3, byte 40: text: /],
    ['{"text":"x","publishedAt":"yesterday"}', 'line 3, byte 40: publishedAt: an ISO 8601 instant with zone'],
    ['{"text":"x","media":[{"url":1}]}', /^line 3, byte 40: media\.0\.url: /],
  ])('refuses %s by line, byte and field', (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        code: 'bad-input',
        message: message instanceof RegExp ? expect.stringMatching(message) : message,
      }),
    );
  });

  it('never says the text of a post in an error', () => {
    expect(() => read('{"text": "secret words')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });

  it('is a valid event or refused by name, whatever it is', () => {
    const line = fc.record(
      {
        text: fc.oneof(fc.string(), fc.integer()),
        id: fc.oneof(fc.string(), fc.double()),
        platform: fc.string(),
        publishedAt: fc.oneof(
          fc.string(),
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        ),
        author: fc.oneof(fc.string(), fc.object()),
        links: fc.array(fc.string()),
        revision: fc.integer(),
        type: fc.constantFrom('observed', 'edited', 'deleted', 'x'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          line.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          try {
            PostEvent.parse(read(text));
          } catch (error) {
            expect(isVigilError(error, 'bad-input') || error instanceof RangeError).toBe(true);
          }
        },
      ),
      { numRuns: process.env['VIGIL_SOAK'] ? 100_000 : 10_000 },
    );
  });
});
