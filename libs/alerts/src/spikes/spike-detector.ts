import type { Clock } from '@vigil/contracts';
import type { Database, Queryable } from '@vigil/database';
import type { Telemetry } from '@vigil/telemetry';
import type { AlertsMetrics } from '../alerts-metrics.js';
import { BUCKET_MS, bucketOf, LATE_MS } from '../indexing/buckets.js';
import { announceAlert } from '../live-events.js';
import { queueDeliveries } from '../notify/deliveries.js';
import { type SpikeHistory, WINDOW_MS } from './baseline.js';
import { detect, GOES_ON, type Spike } from './detect.js';
import {
  closeEpisode,
  continueEpisode,
  type Episode,
  recentEpisodes,
  openEpisode,
  openEpisodes,
  QUIET_MS,
} from './episodes.js';
import { nameOf, SpikeHistories, type SloganKey } from './spike-history.js';

/** Advisory lock: one detector at a time over all processes. The number is arbitrary and ours alone. */
export const DETECTOR_LOCK = 7_100_102;
/** Slogans looked at in one transaction: some hundred milliseconds of work and a few megabytes of history. */
const MOST_KEYS = 100;
/** Due rows read in one go. */
const MOST_DUE = 20_000;
/** Open episodes asked in one go whether they still go on. */
const MOST_OPEN = 100;

interface Due extends SloganKey {
  earliest: number;
  latest: number;
}

export interface Look {
  readonly opened: readonly string[];
  /** Slogans are left that are due. */
  readonly more: boolean;
  /** False where another process is looking. */
  readonly looked: boolean;
}

const NOTHING: Look = { opened: [], more: false, looked: false };

export interface SpikeDetectorOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly metrics: AlertsMetrics;
  readonly log: Telemetry['log'];
}

/** Looks at the slogans whose counts changed, and at open episodes, and opens, continues and closes alerts. */
export class SpikeDetector {
  readonly #histories = new SpikeHistories();

  constructor(private readonly options: SpikeDetectorOptions) {}

  /** One look, in one transaction: what is due stays due where it fails. `all`: ask every open episode as well. */
  async look(all: boolean): Promise<Look> {
    const { db, clock, metrics, log } = this.options;
    const stopTimer = metrics.detectorSeconds.startTimer();
    const result = await db.transaction(async (tx) => {
      const [lock] = await tx.query<{ ours: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS ours', [
        DETECTOR_LOCK,
      ]);
      if (!lock?.ours) return NOTHING;
      const now = clock.now();
      const { due, seqs, more } = await readDue(tx);
      const open = all ? await openEpisodes(tx, MOST_OPEN) : [];
      const keys = new Map(
        [...open.map((episode) => episode.key), ...due.values()].map((key) => [
          nameOf(key),
          { slogan: key.slogan, demo: key.demo },
        ]),
      );
      const opened = keys.size === 0 ? [] : await this.#lookAt(tx, [...keys.values()], due, now);
      if (seqs.length > 0)
        await tx.query('DELETE FROM spike_due WHERE seq = ANY($1::bigint[])', [`{${seqs.join(',')}}`]);
      return { opened, more, looked: true };
    });
    stopTimer();
    metrics.alertsOpened.inc(result.opened.length);
    for (const id of result.opened) log.info({ alert: id }, 'a spike opened an alert');
    return result;
  }

  async #lookAt(
    tx: Queryable,
    keys: readonly SloganKey[],
    due: ReadonlyMap<string, Due>,
    now: number,
  ): Promise<string[]> {
    const earliest = Math.min(now, ...[...due.values()].map((one) => Math.max(one.earliest, now - LATE_MS)));
    const histories = await this.#histories.read(tx, keys, now, earliest - WINDOW_MS);
    const episodes = await recentEpisodes(tx, keys, now - LATE_MS - 2 * QUIET_MS);
    const opened: string[] = [];
    for (const key of keys) {
      const history = histories.get(nameOf(key));
      if (history === undefined) continue;
      const step = stepOf(history, due.get(nameOf(key)) ?? null, episodes.get(nameOf(key)) ?? [], now);
      if (step.kind === 'none') continue;
      const id = step.kind === 'open' ? await openEpisode(tx, key, step.spike, now) : step.episode.id;
      if (id === null) continue;
      if (step.kind === 'continue') await continueEpisode(tx, step.episode, step.spike, now);
      if (step.kind === 'close') await closeEpisode(tx, step.episode, now);
      if (step.kind === 'open') {
        await queueDeliveries(tx, id, now);
        opened.push(id);
      }
      await announceAlert(tx, id);
    }
    return opened;
  }
}

export type Step =
  | { readonly kind: 'none' }
  | { readonly kind: 'open'; readonly spike: Spike }
  | { readonly kind: 'continue'; readonly episode: Episode; readonly spike: Spike | null }
  | { readonly kind: 'close'; readonly episode: Episode };

/**
 * What a look makes of a slogan. Pure. Windows are those that end now or at a bucket whose live counts changed in the
 * last 24 h (what an outage delayed). A rise that touches an episode, or its quiet hour, continues it.
 * `episodes`: the open one and those of the last day, the latest begun first.
 */
export function stepOf(
  history: SpikeHistory,
  due: { earliest: number; latest: number } | null,
  episodes: readonly Episode[],
  now: number,
): Step {
  const spike = mostUnlikely(history, due, now);
  if (spike !== null) {
    const episode = episodes.find((one) => touches(one, spike));
    return episode === undefined ? { kind: 'open', spike } : { kind: 'continue', episode, spike };
  }
  const episode = episodes.find((one) => one.closedAt === null);
  if (episode === undefined) return { kind: 'none' };
  const goesOn = detect(history, now, GOES_ON);
  if (goesOn !== null) return { kind: 'continue', episode, spike: goesOn };
  if (now - episode.risenUntil >= QUIET_MS) return { kind: 'close', episode };
  return due === null ? { kind: 'none' } : { kind: 'continue', episode, spike: null };
}

function touches(episode: Episode, spike: Spike): boolean {
  const afterItsBeginning = spike.windowEnd > episode.startedAt - QUIET_MS;
  return (
    afterItsBeginning && (episode.closedAt === null || spike.windowStart < episode.risenUntil + QUIET_MS)
  );
}

function mostUnlikely(
  history: SpikeHistory,
  due: { earliest: number; latest: number } | null,
  now: number,
): Spike | null {
  let best = detect(history, now);
  if (due === null) return best;
  const last = Math.min(bucketOf(now) - BUCKET_MS, due.latest + WINDOW_MS - BUCKET_MS);
  for (let at = Math.max(due.earliest, bucketOf(now - LATE_MS)); at <= last; at += BUCKET_MS) {
    const spike = detect(history, at);
    if (spike !== null && (best === null || spike.probability < best.probability)) best = spike;
  }
  return best;
}

async function readDue(tx: Queryable): Promise<{ due: Map<string, Due>; seqs: string[]; more: boolean }> {
  const rows = await tx.query<{ seq: string; slogan: string; demo: boolean; earliest: Date; latest: Date }>(
    'SELECT seq, slogan, demo, earliest, latest FROM spike_due ORDER BY seq LIMIT $1',
    [MOST_DUE],
  );
  const due = new Map<string, Due>();
  const seqs: string[] = [];
  for (const { seq, slogan, demo, earliest, latest } of rows) {
    const name = nameOf({ slogan, demo });
    const known = due.get(name);
    if (!known && due.size >= MOST_KEYS) continue;
    seqs.push(seq);
    due.set(name, {
      slogan,
      demo,
      earliest: Math.min(known?.earliest ?? Infinity, earliest.getTime()),
      latest: Math.max(known?.latest ?? -Infinity, latest.getTime()),
    });
  }
  return { due, seqs, more: seqs.length < rows.length || rows.length === MOST_DUE };
}
