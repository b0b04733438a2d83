import type { RetainedLog, Stretch } from '@vigil/bus';
import { POSTS, sampleOf, type Match, type Post, type PostEvent } from '@vigil/contracts';
import { POSTS_PER_LABEL, generatePosts } from '../labelled/generate.js';
import { HALVES, LABELLED_PACK, loadLabelled, type Half } from '../labelled/load.js';
import type { LabelledFile } from '../labelled/schema.js';
import type { PackStore } from '../publishing/pack-store.js';
import { subjectOf } from '../verdicts/classify.js';
import type { BacktestStore, Held, NewExample } from './backtest-store.js';
import { compare, comparisonOf, type Compared } from './comparison.js';
import { Pace } from './pace.js';
import { Tally } from './tally.js';

/** Of one thread of the process that also judges live posts. */
const SHARE = 0.25;
/** What a killed process repeats, and how late a progress bar is. */
const CHECKPOINT_EVERY_MS = 2_000;
/** The seed of `npm run bench -- packs`: the same posts. */
const SEED = 1;
const POSTS_PER_FILE = Object.values(POSTS_PER_LABEL).reduce((sum, posts) => sum + posts, 0);
/** Examples of all rules together: some MiB. */
const MOST_EXAMPLES = 2_000;

/** One language of one half of the labelled set. */
interface LabelledPart {
  readonly half: Half;
  readonly file: LabelledFile;
}

interface Running {
  readonly held: Held;
  readonly store: BacktestStore;
  readonly packs: Pick<PackStore, 'packsOf'>;
  readonly log: RetainedLog;
  readonly signal: AbortSignal;
  /** For tests: other than both halves of the set, a share of the thread and a time between checkpoints as below. */
  readonly labelled?: readonly LabelledPart[];
  readonly share?: number;
  readonly checkpointEveryMs?: number;
}

/**
 * Tries a draft on the labelled set and on what retention has left of the log, from where it stood. True once done, false
 * where it is no longer this holder's. Rejects where the signal aborts, or what it stands on fails.
 */
export async function runBacktest({
  held,
  store,
  packs,
  log,
  signal,
  labelled,
  share = SHARE,
  checkpointEveryMs = CHECKPOINT_EVERY_MS,
}: Running): Promise<boolean> {
  const comparison = comparisonOf(await packs.packsOf(held.ruleset), held.draft);
  const files = labelled ?? (await labelledSet());
  const tally = new Tally(held.result);
  const examples = new Examples(held.examples);
  const pace = new Pace(share, signal);
  let { done } = held;
  let labelledDone = held.places?.labelled ?? 0;
  const stretches: readonly Stretch[] = held.places
    ? held.places.log.map(({ partition, from, to }) => ({ partition, from: BigInt(from), to: BigInt(to) }))
    : await log.stretches(POSTS);
  const left = new Map(stretches.map((stretch) => [stretch.partition, stretch]));
  const of = held.places ? held.of : files.length * POSTS_PER_FILE + lengthOf(stretches);
  let savedAt = performance.now();

  const save = (): Promise<boolean> => {
    savedAt = performance.now();
    const places = [...left.values()].map(({ partition, from, to }) => ({
      partition,
      from: String(from),
      to: String(to),
    }));
    return store.checkpoint(held, {
      done: Math.min(done, of),
      of,
      places: { labelled: labelledDone, log: places },
      result: tally.result(),
      examples: examples.taken(),
    });
  };

  const isDue = (): boolean => performance.now() - savedAt >= checkpointEveryMs;
  if (!(await save())) return false;
  for (const { half, file } of files.slice(labelledDone)) {
    for (const { language, label, text } of generatePosts(file, SEED)) {
      const compared = compare(comparison, { text, context: 'unknown', language });
      tally.countLabelled({ half, language, label }, compared);
      await pace.rest();
    }
    done += POSTS_PER_FILE;
    labelledDone += 1;
    if (isDue() && !(await save())) return false;
  }
  const superseded = new AbortController();
  try {
    await log.read(
      POSTS,
      [...left.values()],
      async ({ partition, messages, next }) => {
        const stretch = left.get(partition);
        for (const { value: event } of messages) {
          const subject = subjectOf(event);
          if (subject) {
            const compared = compare(comparison, subject);
            tally.count({ source: event.post.sourceId, day: dayOf(event.post) }, compared);
            examples.keep(event, compared);
          }
          await pace.rest();
        }
        // What retention removed meanwhile counts as read.
        done += stretch ? Number(next - stretch.from) : messages.length;
        if (stretch) left.set(partition, { ...stretch, from: next });
        if (isDue() && !(await save())) superseded.abort(new Error('held by another'));
      },
      AbortSignal.any([signal, superseded.signal]),
    );
  } catch (error) {
    if (superseded.signal.aborted) return false;
    throw error;
  }
  done = of;
  if (!(await save())) return false;
  await store.finish(held);
  return true;
}

/** Both halves: the one that rules were tuned on, and the one that tells how they do elsewhere. Counted, never shown. */
async function labelledSet(): Promise<LabelledPart[]> {
  const found: LabelledPart[] = [];
  for (const half of HALVES)
    for (const file of await loadLabelled(LABELLED_PACK, half)) found.push({ half, file });
  return found;
}

function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + Number(to - from), 0);
}

/** Event time is the earlier of published and collected. */
function dayOf({ publishedAt, collectedAt }: Pick<Post, 'publishedAt' | 'collectedAt'>): string {
  const at = publishedAt !== null && publishedAt < collectedAt ? publishedAt : collectedAt;
  return new Date(at).toISOString().slice(0, 10);
}

/** The first examples of each rule and change, until they are taken along with a checkpoint. */
class Examples {
  private readonly kept = new Map<string, number>();
  private waiting: NewExample[] = [];
  private total = 0;

  constructor(private readonly each: number) {}

  keep({ post }: PostEvent, { added, dropped }: Compared): void {
    for (const match of added) this.keepOne(post, match, 'added');
    for (const match of dropped) this.keepOne(post, match, 'dropped');
  }

  taken(): readonly NewExample[] {
    const { waiting } = this;
    this.waiting = [];
    return waiting;
  }

  private keepOne(post: Post, match: Match, change: 'added' | 'dropped'): void {
    const key = `${change} ${match.rule}`;
    const count = this.kept.get(key) ?? 0;
    if (count >= this.each || this.total >= MOST_EXAMPLES) return;
    this.kept.set(key, count + 1);
    this.total += 1;
    this.waiting.push({ demo: post.demo, doc: { ...sampleOf(post, match), change } });
  }
}
