import fc from 'fast-check';
import {
  Hit,
  HitQuery,
  isVigilError,
  type HitPage,
  type HitState,
  type Indicator,
  type Severity,
} from '@vigil/contracts';
import type { HitIndex } from './hit-index.js';
import { RefusedHits } from './refused-hits.js';

/** What a test says of a hit; everything else takes a value that does not matter. */
interface Told {
  readonly text?: string;
  readonly revision?: number;
  readonly ruleset?: number;
  readonly state?: HitState;
  readonly at?: string;
  readonly language?: string | null;
  readonly region?: string;
  readonly rules?: readonly string[];
  readonly indicator?: Indicator;
  readonly severity?: Severity;
  readonly author?: string;
  readonly channel?: string;
  readonly demo?: boolean;
}

let scenes = 0;

/** A source of its own for each test, so that tests share one index and see only their own hits. */
class Scene {
  readonly source = `scene-${(scenes += 1)}`;

  constructor(readonly index: HitIndex) {}

  id(name: string): string {
    return `rss:${this.source}/${name}`;
  }

  hit(name: string, told: Told = {}): Hit {
    const at = told.at ?? '2026-11-20T12:00:00.000Z';
    const { revision = 0, ruleset = 1, severity = 'high', indicator = 'other' } = told;
    return Hit.parse({
      post: {
        id: this.id(name),
        revision,
        sourceId: this.source,
        channel: told.channel ?? 'channel',
        author: { handle: told.author ?? 'author', nativeId: null, displayName: null },
        publishedAt: at,
        collectedAt: at,
        title: null,
        text: told.text ?? 'a neutral text',
        language: told.language === undefined ? 'en' : told.language,
        links: [],
        media: [],
        forwardedFrom: null,
        inReplyTo: null,
        permalink: null,
        capture: null,
        backfill: false,
        demo: told.demo ?? false,
      },
      verdict: {
        postId: this.id(name),
        revision,
        ruleset,
        matches: (told.rules ?? ['pack/one']).map((rule) => ({
          rule,
          kind: 'slogan',
          title: rule,
          packVersion: 1,
          span: { start: 0, end: 1 },
          normalised: 'a',
          language: 'en',
          severity,
          indicator,
        })),
        cancelled: [],
        exclusions: [],
        score: 0.5,
        severity,
        indicator,
        stance: 'unclear',
      },
      state: told.state ?? 'current',
      region: told.region ?? 'global',
      eventTime: at,
      firstSeenAt: at,
    });
  }

  async put(...hits: Hit[]): Promise<void> {
    await this.index.put(hits);
  }

  query(asked: Partial<Record<keyof HitQuery, unknown>> = {}): HitQuery {
    return HitQuery.parse({ sources: [this.source], ...asked });
  }

  search(asked: Partial<Record<keyof HitQuery, unknown>> = {}): Promise<HitPage> {
    return this.index.search(this.query(asked));
  }

  /** Names of the hits found, in the order given. */
  async names(asked: Partial<Record<keyof HitQuery, unknown>> = {}): Promise<string[]> {
    return namesIn(await this.search(asked));
  }

  /** The highlighted pieces of the only hit found. */
  async lit(text: string): Promise<string[]> {
    const page = await this.search({ text });
    expect(page.hits).toHaveLength(1);
    const [found] = page.hits;
    return (found?.highlights ?? []).map(({ start, end }) => found?.hit.post.text.slice(start, end) ?? '');
  }
}

function namesIn(page: HitPage): string[] {
  return page.hits.map(({ hit }) => hit.post.id.split('/')[1] ?? '');
}

const minute = (n: number) => new Date(Date.UTC(2026, 10, 20, 12, n)).toISOString();

/** What every hit index does. `open` gives one index, empty or not, that the suite may write to; it is closed at the end. */
export function hitIndexContract(engine: string, open: () => Promise<HitIndex>): void {
  describe(`HitIndex on ${engine}`, () => {
    let index: HitIndex;
    beforeAll(async () => {
      index = await open();
    });
    afterAll(() => index.close());
    const scene = () => new Scene(index);

    describe('versions', () => {
      it('gives back what was put, once it is put', async () => {
        const s = scene();
        const hit = s.hit('a', {
          text: 'كلمة — word \u0000 \ud800 end',
          language: null,
          rules: ['pack/one', 'pack/two'],
        });
        await s.put(hit);
        const page = await s.search();
        expect(page.hits.map((found) => found.hit)).toEqual([hit]);
        expect(page).toMatchObject({ total: 1, next: null });
      });

      it('is idempotent', async () => {
        const s = scene();
        const hits = [s.hit('a'), s.hit('b', { at: minute(1) })];
        await s.put(...hits);
        await s.put(...hits, ...hits);
        expect(await s.names()).toEqual(['b', 'a']);
        expect((await s.search()).total).toBe(2);
      });

      it('lets the higher (revision, ruleset) win, in whatever order they come', async () => {
        const versions = [
          { revision: 0, ruleset: 9, text: 'oldest revision' },
          { revision: 1, ruleset: 1, text: 'older ruleset' },
          { revision: 1, ruleset: 2, text: 'newest of all' },
        ];
        await fc.assert(
          fc.asyncProperty(
            fc.shuffledSubarray(versions, { minLength: 3 }),
            fc.boolean(),
            async (order, together) => {
              const s = scene();
              const hits = order.map((version) => s.hit('a', version));
              if (together) await s.put(...hits);
              else for (const hit of hits) await s.put(hit);
              expect((await s.search()).hits.map(({ hit }) => hit.post.text)).toEqual(['newest of all']);
              expect(await s.names({ text: 'older' })).toEqual([]);
            },
          ),
          { numRuns: 12 },
        );
      });

      it('keeps the later state of equal versions, whichever comes first', async () => {
        const s = scene();
        await s.put(s.hit('a', { state: 'deleted' }));
        await s.put(s.hit('a', { state: 'current' }), s.hit('b', { state: 'current' }));
        await s.put(s.hit('b', { state: 'superseded' }));
        expect(await s.names()).toEqual([]);
        expect(await s.names({ states: ['deleted'] })).toEqual(['a']);
        expect(await s.names({ states: ['superseded'] })).toEqual(['b']);
        await s.put(s.hit('a', { revision: 1 }));
        expect(await s.names()).toEqual(['a']);
      });

      it('stores all but the hits that it can never take, and names those', async () => {
        const s = scene();
        const beyond = 2 ** 40;
        const hits = Array.from({ length: 9 }, (_, i) =>
          s.hit(`h${i}`, i % 4 === 1 ? { revision: beyond } : {}),
        );
        const error: unknown = await s.index.put(hits).catch((refusal: unknown) => refusal);
        expect(error).toBeInstanceOf(RefusedHits);
        expect(error).toMatchObject({ code: 'poison', retriable: false });
        const { refused } = error as RefusedHits;
        expect(refused.map(({ id }) => id).sort()).toEqual([s.id('h1'), s.id('h5')]);
        expect(refused.every(({ reason }) => reason !== '' && !reason.includes('neutral'))).toBe(true);
        expect((await s.names()).sort()).toEqual(['h0', 'h2', 'h3', 'h4', 'h6', 'h7', 'h8']);
      });

      it('stands many writers of the same hits at once', async () => {
        const s = scene();
        const hits = Array.from({ length: 60 }, (_, i) =>
          s.hit(`h${i}`, { text: `shared words and number${i}` }),
        );
        await Promise.all(
          Array.from({ length: 8 }, (_, k) => s.put(...(k % 2 ? hits : [...hits].reverse()))),
        );
        expect((await s.search({ text: 'shared' })).total).toBe(60);
      });
    });

    describe('text', () => {
      const posts: Record<string, string> = {
        english: 'The Old Bridge stands, and the bridge is old.',
        arabic: 'السَّلامُ عَلَيْكُم ورحمةُ اللهِ، أهلًا وســهلًا',
        urdu: 'خوش آمدید دوستو، یہ ایک نئی صبح ہے',
        russian: 'Ёлка растёт у Синего моря',
        bengali: 'শুভ সকাল বন্ধু, আজ আকাশ পরিষ্কার',
        turkish: 'İSTANBUL’da güneşli bir sabah, şehir uyanıyor',
      };
      let s: Scene;
      beforeAll(async () => {
        s = scene();
        await s.put(...Object.entries(posts).map(([name, text]) => s.hit(name, { text })));
      });

      const found: [query: string, name: string, highlighted: string[]][] = [
        ['bridge', 'english', ['Bridge', 'bridge']],
        ['OLD stands', 'english', ['Old', 'stands', 'old']],
        ['"old bridge"', 'english', ['Old Bridge']],
        ['“The old bridge” -tower', 'english', ['The Old Bridge']],
        ['bridge -"new bridge"', 'english', ['Bridge', 'bridge']],
        ['brigde~2', 'english', ['Bridge', 'bridge']],
        ['brdge~', 'english', ['Bridge', 'bridge']],
        ['السلام عليكم', 'arabic', ['السَّلامُ', 'عَلَيْكُم']],
        ['"ورحمة الله"', 'arabic', ['ورحمةُ اللهِ']],
        ['وسهلا', 'arabic', ['وســهلًا']],
        ['«اهلا وسهلا»', 'arabic', ['أهلًا وســهلًا']],
        ['عليكن~', 'arabic', ['عَلَيْكُم']],
        ['"خوش آمديد"', 'urdu', ['خوش آمدید']],
        ['صبح~', 'urdu', ['صبح']],
        ['елка растет', 'russian', ['Ёлка', 'растёт']],
        ['"синего МОРЯ"', 'russian', ['Синего моря']],
        ['маря~', 'russian', ['моря']],
        ['"সকাল বন্ধু"', 'bengali', ['সকাল বন্ধু']],
        ['istanbul', 'turkish', ['İSTANBUL']],
        ['"güneşli bir"', 'turkish', ['güneşli bir']],
        ['sehir', 'turkish', ['şehir']],
      ];
      it.each(found)('%s finds the %s post and shows where', async (text, name, highlighted) => {
        expect(await s.names({ text })).toEqual([name]);
        expect(await s.lit(text)).toEqual(highlighted);
      });

      it.each([
        '"bridge old stands"',
        'bridge -stands',
        'brxxge~',
        '"الله ورحمة"',
        'bridg',
        'old -"old bridge"',
      ])('%s finds nothing', async (text) => {
        expect(await s.search({ text })).toMatchObject({ hits: [], total: 0, next: null });
      });

      it('finds by exclusion alone', async () => {
        expect((await s.search({ text: '-bridge' })).total).toBe(Object.keys(posts).length - 1);
      });

      it('finds words, and phrases near its beginning, in a very long post', async () => {
        const own = scene();
        const filler = Array.from({ length: 25_000 }, (_, i) => `w${i}`).join(' ');
        await own.put(own.hit('long', { text: `first of all ${filler} lastly` }));
        expect(await own.names({ text: '"first of all" w20000 lastly' })).toEqual(['long']);
      });

      const refused: [query: string, message: RegExp][] = [
        ['one "two', /position 5: a quotation mark opens a phrase that nothing closes/],
        ['one -two~', /position 5: .*~ can be sought, not excluded/],
        ['al-quds~', /position 1: ~ belongs behind one word/],
        ['word~7', /position 1: ~ takes 1 or 2, not 7/],
        ['an~', /position 1: .*at least 3 letters/],
        ['… — !', /no letter or digit/],
        [Array.from({ length: 40 }, (_, i) => `w${i}`).join(' '), /at most 32 words/],
        ['aaaa~ bbbb~ cccc~ dddd~ eeee~', /at most 4 words with ~/],
      ];
      it.each(refused)('%s is refused, saying where and what is accepted', async (text, message) => {
        const error: unknown = await s.search({ text }).catch((e: unknown) => e);
        expect(isVigilError(error, 'bad-input') && error.message).toMatch(message);
        expect(isVigilError(error) && error.message).toMatch(/-word must not occur/);
        expect(isVigilError(error) && error.fields).toEqual([{ path: 'text', message: expect.any(String) }]);
      });
    });

    describe('filters, counts and order', () => {
      let s: Scene;
      beforeAll(async () => {
        s = scene();
        await s.put(
          s.hit('a', {
            at: minute(0),
            language: 'ar',
            region: 'sahel',
            rules: ['pack/one', 'pack/two'],
            demo: true,
          }),
          s.hit('b', { at: minute(1), language: 'ar', region: 'levant', severity: 'low', author: 'Zayd' }),
          s.hit('c', {
            at: minute(2),
            language: null,
            rules: ['pack/two'],
            indicator: 'financing',
            channel: 'other',
          }),
          s.hit('d', { at: minute(3), state: 'withdrawn', language: 'fr' }),
        );
      });

      const cases: [asked: Partial<Record<keyof HitQuery, unknown>>, names: string[]][] = [
        [{}, ['c', 'b', 'a']],
        [{ order: 'oldest' }, ['a', 'b', 'c']],
        [{ languages: ['ar', 'und'], regions: ['global', 'sahel'] }, ['c', 'a']],
        [{ rules: ['pack/two'] }, ['c', 'a']],
        [{ indicators: ['financing'] }, ['c']],
        [{ severities: ['low'] }, ['b']],
        [{ authors: ['Zayd'] }, ['b']],
        [{ channels: ['other'] }, ['c']],
        [{ from: minute(1), to: minute(2) }, ['b']],
        [{ demo: true }, ['a']],
        [{ demo: false }, ['c', 'b']],
        [{ states: ['withdrawn', 'current'] }, ['d', 'c', 'b', 'a']],
        [{ states: ['deleted'] }, []],
        [{ regions: ["' or true --", '\0'] }, []],
        [{ from: '0000-01-01T00:00:00Z', to: '0000-06-01T00:00:00Z' }, []],
      ];
      it.each(cases)('%j', async (asked, names) => {
        const page = await s.search(asked);
        expect(namesIn(page)).toEqual(names);
        expect(page.total).toBe(names.length);
      });

      it('counts the facets of everything found, not of the page', async () => {
        const { facets, total } = await s.search({ size: 1 });
        expect(total).toBe(3);
        expect(facets).toEqual({
          source: [{ value: s.source, count: 3 }],
          language: [
            { value: 'ar', count: 2 },
            { value: 'und', count: 1 },
          ],
          region: [
            { value: 'global', count: 1 },
            { value: 'levant', count: 1 },
            { value: 'sahel', count: 1 },
          ],
          rule: [
            { value: 'pack/one', count: 2 },
            { value: 'pack/two', count: 2 },
          ],
          indicator: [
            { value: 'other', count: 2 },
            { value: 'financing', count: 1 },
          ],
          severity: [
            { value: 'high', count: 2 },
            { value: 'low', count: 1 },
          ],
        });
      });

      it('gives the 20 most frequent values of a facet', async () => {
        const own = scene();
        const rules = Array.from({ length: 30 }, (_, i) => `pack/r${String(i).padStart(2, '0')}`);
        await own.put(
          ...rules.map((_, i) => own.hit(`h${i}`, { rules: rules.slice(0, i + 1), at: minute(i) })),
        );
        const { facets } = await own.search({ size: 1 });
        expect(facets.rule).toEqual(rules.slice(0, 20).map((value, i) => ({ value, count: 30 - i })));
      });

      it('counts by time in bars aligned to the epoch, of the same hits', async () => {
        const own = scene();
        const times = ['00:00:00.000', '00:04:59.999', '00:05:00.000', '03:00:00.500'].map(
          (t) => `2026-11-19T${t}Z`,
        );
        await own.put(
          ...times.map((at, i) => own.hit(`h${i}`, { at, text: i < 3 ? 'early bird' : 'late owl' })),
        );
        expect(await own.index.histogram(own.query(), { everySeconds: 300 })).toEqual({
          everySeconds: 300,
          bars: [
            { at: '2026-11-19T00:00:00.000Z', count: 2 },
            { at: '2026-11-19T00:05:00.000Z', count: 1 },
            { at: '2026-11-19T03:00:00.000Z', count: 1 },
          ],
        });
        const early = await own.index.histogram(own.query({ text: 'early' }), { everySeconds: 86_400 });
        expect(early.bars).toEqual([{ at: '2026-11-19T00:00:00.000Z', count: 3 }]);
      });
    });

    describe('pages', () => {
      it.each(['newest', 'oldest'] as const)(
        '%s first: every hit once, also with equal times and hits added between',
        async (order) => {
          const s = scene();
          const hits = Array.from({ length: 23 }, (_, i) =>
            s.hit(`h${i}`, { at: minute(Math.floor(i / 5)) }),
          );
          await s.put(...hits);
          const seen: string[] = [];
          let cursor: string | undefined;
          for (let page = 0; page < 20; page += 1) {
            const got = await s.search({ order, size: 4, cursor });
            seen.push(...namesIn(got).filter((name) => name.startsWith('h')));
            await s.put(s.hit(`new${page}`, { at: minute(page % 9) }));
            if (got.next === null) break;
            cursor = got.next;
          }
          expect([...seen].sort()).toEqual(hits.map((_, i) => `h${i}`).sort());
          const times = seen.map((name) => hits[Number(name.slice(1))]?.eventTime ?? '');
          expect(times).toEqual(order === 'newest' ? [...times].sort().reverse() : [...times].sort());
        },
      );

      it('refuses a cursor of another query, and a damaged one', async () => {
        const s = scene();
        await s.put(
          ...Array.from({ length: 4 }, (_, i) => s.hit(`h${i}`, { text: `word${i} same`, at: minute(i) })),
        );
        const { next } = await s.search({ text: 'same', size: 2 });
        expect(await s.names({ text: 'same', size: 3, cursor: next })).toEqual(['h1', 'h0']);
        const bad = [
          { text: 'same -other', size: 2, cursor: next },
          { text: 'same', order: 'oldest', cursor: next },
          { text: 'same', cursor: `${next}x` },
          { text: 'same', cursor: 'no cursor at all' },
          { text: 'same', cursor: '' },
        ];
        for (const asked of bad) {
          await expect(s.search(asked)).rejects.toMatchObject({
            code: 'bad-input',
            message: expect.stringMatching(/^cursor: /),
          });
        }
      });
    });

    describe('erasing', () => {
      it('removes by id for good, also ids that come later, and counts what it removed', async () => {
        const s = scene();
        await s.put(s.hit('a', { text: 'unforgettable name' }), s.hit('b'));
        expect(await s.index.erase({ ids: [s.id('a'), s.id('never-seen')] })).toBe(1);
        expect(await s.index.erase({ ids: [s.id('a')] })).toBe(0);
        await s.put(s.hit('a', { revision: 5 }), s.hit('never-seen'), s.hit('c'));
        expect((await s.names({ states: ['current', 'deleted', 'superseded', 'withdrawn'] })).sort()).toEqual(
          ['b', 'c'],
        );
        expect(await s.names({ text: 'unforgetable~2' })).toEqual([]);
      });

      it('takes a hit of state erased as an order to erase', async () => {
        const s = scene();
        await s.put(s.hit('a', { revision: 3 }));
        await s.put(s.hit('a', { state: 'erased' }));
        await s.put(s.hit('a', { revision: 4 }));
        expect((await s.search()).total).toBe(0);
      });

      it('removes by source, by age and all demo data', async () => {
        const s = scene();
        const other = scene();
        await s.put(
          s.hit('a', { demo: true }),
          s.hit('b', { at: '1999-01-01T00:00:00Z' }),
          s.hit('c'),
          s.hit('d'),
        );
        await other.put(other.hit('a'));
        expect(await s.index.erase({ demo: true })).toBeGreaterThanOrEqual(1);
        expect((await s.names()).sort()).toEqual(['b', 'c', 'd']);
        expect(await s.index.erase({ before: '1999-01-01T00:00:01Z' })).toBe(1);
        expect(await s.index.erase({ sourceId: s.source })).toBe(2);
        expect((await s.search()).total).toBe(0);
        await s.put(s.hit('c'));
        expect((await s.search()).total).toBe(0);
        expect(await other.names()).toEqual(['a']);
      });

      it('removes whole months by when their hits were first seen, but what is to be kept, until that is released', async () => {
        const s = scene();
        const seen = (name: string, month: string) => ({
          ...s.hit(name),
          firstSeenAt: `${month}-15T00:00:00.000Z`,
        });
        await s.put(
          seen('a', '2021-01'),
          seen('kept', '2021-01'),
          seen('b', '2021-02'),
          seen('c', '2021-03'),
        );
        expect(await s.index.erase({ beforeMonth: '2021-03', keep: [s.id('kept')] })).toBe(2);
        expect((await s.names()).sort()).toEqual(['c', 'kept']);
        expect(await s.index.erase({ beforeMonth: '2021-03', keep: [s.id('kept')] })).toBe(0);
        await s.put({ ...seen('kept', '2021-01'), state: 'deleted' });
        expect(await s.names({ states: ['deleted'] })).toEqual(['kept']);
        expect(await s.index.erase({ beforeMonth: '2021-03', keep: [] })).toBe(1);
        await s.put(seen('a', '2021-04'));
        expect((await s.names()).sort()).toEqual(['a', 'c']);
      });

      it('leaves nothing of what is put while it is being erased', async () => {
        const s = scene();
        const hits = Array.from({ length: 40 }, (_, i) => s.hit(`h${i}`));
        const ids = hits.map((hit) => hit.post.id);
        await Promise.all([
          ...[0, 1, 2].map((revision) => s.put(...hits.map((_, i) => s.hit(`h${i}`, { revision })))),
          ...[0, 10, 20, 30].map((from) => s.index.erase({ ids: ids.slice(from, from + 10) })),
          s.put(...hits),
        ]);
        expect((await s.search()).total).toBe(0);
      });

      it('removes more than one chunk', async () => {
        const s = scene();
        await s.put(
          ...Array.from({ length: 1_100 }, (_, i) => s.hit(`h${i}`, { text: `common words ${i}` })),
        );
        expect(await s.index.erase({ sourceId: s.source })).toBe(1_100);
      });
    });

    describe('hostile input', () => {
      const operators = fc.string({
        unit: fc.constantFrom(
          '"',
          '-',
          '~',
          '2',
          ' ',
          '\\',
          "'",
          '&',
          '|',
          '!',
          '(',
          ')',
          ':',
          '*',
          '<',
          '>',
          'a',
          'ب',
          '\0',
          '”',
        ),
        maxLength: 60,
      });
      const texts = fc.oneof(
        operators,
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.string({ unit: 'grapheme', maxLength: 200 }),
      );
      // 10,000 of each in `npm run soak`.
      const numRuns = process.env['VIGIL_SOAK'] ? 10_000 : 300;

      it('answers any query text with results or bad-input', async () => {
        const s = scene();
        await s.put(s.hit('a', { text: `quote ' backslash \\ and a 'b' & c` }));
        await fc.assert(
          fc.asyncProperty(texts, async (text) => {
            const answer: unknown = await s.search({ text }).catch((error: unknown) => error);
            expect(isVigilError(answer, 'bad-input') || HitPageShape(answer)).toBe(true);
          }),
          { numRuns },
        );
        expect(await s.names({ text: 'backslash' })).toEqual(['a']);
      }, 600_000);

      it('stores any text and finds it again by its id', async () => {
        const s = scene();
        const names = new Set<string>();
        await fc.assert(
          fc.asyncProperty(fc.array(texts, { maxLength: 20 }), async (many) => {
            const hits = many.map((text, i) =>
              s.hit(`t${names.size + i}`, { text, author: text, channel: text || '-' }),
            );
            hits.forEach((hit) => names.add(hit.post.id));
            await s.put(...hits);
          }),
          { numRuns: Math.ceil(numRuns / 10) },
        );
        expect((await s.search()).total).toBe(names.size);
      }, 600_000);

      it('refuses any cursor that it did not give', async () => {
        const s = scene();
        await fc.assert(
          fc.asyncProperty(
            fc.oneof(fc.string({ maxLength: 100 }), fc.base64String({ maxLength: 100 })),
            async (cursor) => {
              await expect(s.search({ cursor })).rejects.toMatchObject({ code: 'bad-input' });
            },
          ),
          { numRuns },
        );
      }, 600_000);
    });
  });
}

function HitPageShape(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'hits' in value && 'total' in value && 'facets' in value
  );
}
