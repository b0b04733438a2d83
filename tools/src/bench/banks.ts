import { KnownTexts, NormalisedText, normalise, wordsOf } from '@vigil/text';
import { seeded } from '../ledger/random.js';
import type { Result } from './table.js';

/** Items of the bank, and words of each: 40 to 120. */
const ITEMS = 100_000;
/** Ordinary posts of some 45 words looked up, and copies of each kind. */
const POSTS = 20_000;
const COPIES = 2_000;
const VOCABULARY = 50_000;
const EDIT_RATES = [0.05, 0.1, 0.2, 0.3];

type Random = () => number;

/** Words as frequent as in a language, roughly: the lower the number, the more often. */
function prose(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => `w${Math.floor(VOCABULARY ** random())}`);
}

function edited(random: Random, words: readonly string[], rate: number): string {
  return words.map((word) => (random() < rate ? (prose(random, 1)[0] ?? word) : word)).join(' ');
}

/** What it costs to look a post up among 100,000 known texts, and which edited reposts are recalled. */
export async function run(): Promise<Result> {
  const random = seeded(1);
  const items = Array.from({ length: ITEMS }, () => prose(random, 40 + Math.floor(80 * random())));
  const words = items.map((item) => wordsOf(normalise(item.join(' '))));
  const buildBegan = performance.now();
  const known = KnownTexts.build(words);
  const buildMs = performance.now() - buildBegan;

  const ordinary = Array.from({ length: POSTS }, () => normalise(prose(random, 45).join(' ')));
  const lookUp = microsecondsEach(ordinary, (post) => void known.copiesIn(post));
  const falsely = ordinary.filter((post) => known.copiesIn(post).length > 0).length;

  const result: Record<string, number> = {};
  const scratch = new NormalisedText();
  for (const rate of EDIT_RATES) {
    let found = 0;
    for (let at = 0; at < COPIES; at++) {
      const post = normalise(edited(random, items[at] ?? [], rate), scratch);
      if (known.copiesIn(post).some((copy) => copy.text === at)) found++;
    }
    result[`recall_at_${rate * 100}_percent_edited`] = found / COPIES;
  }
  const quoting = items.slice(0, COPIES).map((item) => {
    const around = prose(random, 100);
    return normalise([...around.slice(0, 50), ...item.slice(10, 30), ...around.slice(50)].join(' '));
  });
  const passages = quoting.filter((post, at) => known.copiesIn(post).some((copy) => copy.text === at)).length;
  return {
    items: ITEMS,
    build_ms: Math.round(buildMs),
    megabytes: Math.round(known.bytes / 1e5) / 10,
    look_up_us: lookUp,
    look_up_copy_us: microsecondsEach(quoting, (post) => void known.copiesIn(post)),
    false_copies_in_ordinary: falsely / POSTS,
    recall_of_passages_of_20_words: passages / COPIES,
    ...result,
  };
}

function microsecondsEach<T>(list: readonly T[], work: (item: T) => void): number {
  const before = process.threadCpuUsage();
  list.forEach(work);
  const { user, system } = process.threadCpuUsage(before);
  return Math.round((10 * (user + system)) / list.length) / 10;
}
