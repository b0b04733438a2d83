import { HitQuery, PostId, type Hit, type HitPage, type HitState } from '@vigil/contracts';
import { aHit } from '@vigil/testing';
import type { HitIndex } from './hit-index.js';

/** Neutral words as people write them: with capitals, accents, vowel signs and letters that are folded. */
const WORDS = {
  Latin:
    'The Bridge river Güneşli sabah Café déjà Ölçü market garden İstanbul open well-known road winter naïve',
  Arabic: 'السَّلامُ عَلَيْكُم صباح الخير مدينة قديمة أهلًا وســهلًا كتاب نهر خوش آمدید دوستو بازار سوق بيت',
  Cyrillic: 'Ёлка растёт у Синего моря утро город книга река зима новый мост сад хлеб Україна їжа',
  Bengali: 'শুভ সকাল বন্ধু আজ আকাশ পরিষ্কার নদী শহর বই বাজার সেতু বাগান শীত নতুন রুটি দিন',
  Devanagari: 'सुप्रभात मित्र आज आसमान साफ़ है नदी शहर किताब बाज़ार पुल बगीचा सर्दी नया रोटी दिन',
  Han: '早上 好朋友 今天 天空 晴朗 河流 城市 书本 市场 大桥 花园 冬天 新的 面包 日子 老街',
} as const;
type Script = keyof typeof WORDS;
const SCRIPTS = Object.keys(WORDS) as Script[];

const POSTS_PER_SCRIPT = 80;
const QUERIES = 200;
/** So that every page of every query is walked over, in several pages. */
const PAGE = 23;

/** A generator of numbers from 0 to below `n` that gives the same ones in every run (Park and Miller 1988). */
function numbers(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % n;
  };
}

/** One hit of each script in turn. Several share an instant, and some instants differ by microseconds alone. */
function hits(): Hit[] {
  const below = numbers(20_261_121);
  return Array.from({ length: POSTS_PER_SCRIPT * SCRIPTS.length }, (_, i) => {
    const script = SCRIPTS[i % SCRIPTS.length] ?? 'Latin';
    const words = WORDS[script].split(' ');
    const text = Array.from({ length: 4 + below(12) }, () => words[below(words.length)]);
    const minute = String(below(40)).padStart(2, '0');
    const at = `2026-11-${10 + below(3)}T12:${minute}:00.000${String(below(3)).padStart(3, '0')}Z`;
    const states: HitState[] = ['current', 'current', 'current', 'superseded', 'deleted', 'withdrawn'];
    const made = aHit();
    const id = PostId.parse(`rss:https://example.org/${script}/${below(1_000_000)}-${i}`);
    return {
      ...made,
      post: { ...made.post, id, text: text.join(script === 'Han' ? '' : ' '), language: null },
      verdict: { ...made.verdict, postId: id, severity: below(2) === 0 ? 'low' : 'high' },
      state: states[below(states.length)] ?? 'current',
      region: ['sahel', 'levant', 'global'][below(3)] ?? 'global',
      eventTime: at,
      firstSeenAt: `2026-0${1 + below(9)}-01T00:00:00.000Z`,
    };
  });
}

/** Queries over the words of each script in turn: words, phrases as they stand in a post, exclusions and filters. */
function queries(all: readonly Hit[]): HitQuery[] {
  const below = numbers(4);
  return Array.from({ length: QUERIES }, (_, i) => {
    const script = SCRIPTS[i % SCRIPTS.length] ?? 'Latin';
    const words = WORDS[script].split(' ');
    const word = () => words[below(words.length)] ?? '';
    const posts = all.filter((hit) => hit.post.id.includes(`/${script}/`));
    const phrase = (length: number) => {
      const text = posts[below(posts.length)]?.post.text ?? '';
      const said = script === 'Han' ? [...text] : text.split(' ');
      const from = below(Math.max(1, said.length - length));
      return `"${said.slice(from, from + length).join(script === 'Han' ? '' : ' ')}"`;
    };
    const texts = [
      () => word(),
      () => `${word()} ${word()}`,
      () => phrase(2),
      () => phrase(3).toUpperCase(),
      () => `${word().toLowerCase()} -${word()}`,
      () => `${phrase(2)} -${phrase(2)}`,
      () => `-${word()} -${phrase(2)}`,
      () => `${phrase(2)} ${word()}`,
    ];
    const from = `2026-11-11T12:${10 + below(9)}:00.000001Z`;
    const filters = [{}, {}, { regions: 'sahel,levant' }, { severities: 'low' }, { from }, { to: from }];
    return HitQuery.parse({
      text: texts[Math.floor(i / SCRIPTS.length) % texts.length]?.(),
      ...filters[below(filters.length)],
      states: below(3) === 0 ? 'current,superseded,deleted,withdrawn' : undefined,
      order: below(2) === 0 ? 'newest' : 'oldest',
      size: PAGE,
    });
  });
}

/** Ids in order with their highlights, over all pages, and what is counted beside them. */
async function answer(index: HitIndex, query: HitQuery) {
  const found: string[] = [];
  let cursor: string | undefined;
  let page: HitPage;
  do {
    page = await index.search({ ...query, cursor });
    found.push(...page.hits.map(({ hit, highlights }) => `${hit.post.id} ${JSON.stringify(highlights)}`));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  const histogram = await index.histogram(query, { everySeconds: 3_600 });
  return { found, total: page.total, facets: page.facets, histogram };
}

/** Two empty indices are filled alike, in different orders, and asked alike: sorted by time, they answer alike. */
export function enginesAgree(
  names: readonly [string, string],
  open: () => Promise<readonly [HitIndex, HitIndex]>,
): void {
  describe(`${names.join(' and ')}, asked ${QUERIES} queries in ${SCRIPTS.length} scripts`, () => {
    const all = hits();
    const asked = queries(all);
    let indices: readonly [HitIndex, HitIndex];
    beforeAll(async () => {
      indices = await open();
      await indices[0].put(all);
      for (let at = 0; at < all.length; at += 100) await indices[1].put(all.toReversed().slice(at, at + 100));
    });
    afterAll(async () => {
      for (const index of indices) await index.close();
    });

    it.each(SCRIPTS)('%s: the same ids in the same order, counts and highlights', async (script) => {
      let found = 0;
      const own = asked.filter((_, i) => SCRIPTS[i % SCRIPTS.length] === script);
      for (const query of own) {
        const [one, other] = [await answer(indices[0], query), await answer(indices[1], query)];
        expect({ query, ...other }).toEqual({ query, ...one });
        expect(one.found).toHaveLength(one.total);
        if (one.total > 0) found += 1;
      }
      // Agreeing on nothing would prove nothing.
      expect(found).toBeGreaterThan(own.length * 0.7);
    });
  });
}
