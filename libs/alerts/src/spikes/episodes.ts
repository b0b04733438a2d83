import { randomUUID } from 'node:crypto';
import type { Alert, Indicator, Severity, Stance } from '@vigil/contracts';
import type { Queryable } from '@vigil/database';
import type { Spike } from './detect.js';
import { headlineOf, languageLabel, regionLabel } from './headline.js';
import { nameOf, type SloganKey } from './spike-history.js';

/** An episode ends when its rise has not been seen for an hour: two windows. */
export const QUIET_MS = 3_600_000;
/** A window that ended longer ago than its own length was not seen when it happened. */
export const FOUND_LATE_MS = 1_800_000;
/** Parts listed of each kind. */
const MOST_PARTS = 50;

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[];
/** Within which time a reviewer should have looked: half an hour for what may be happening now, a day for the rest. */
const DUE_MINUTES: Record<Severity, number> = { critical: 30, high: 120, medium: 480, low: 1_440 };

export interface Episode {
  readonly id: string;
  readonly key: SloganKey;
  readonly startedAt: number;
  readonly risenUntil: number;
  readonly closedAt: number | null;
  readonly observed: number;
  readonly foundLate: boolean;
  readonly openedAt: number;
  readonly expected: number;
}

interface EpisodeRow extends Record<string, unknown> {
  id: string;
  key_value: string;
  demo: boolean;
  started_at: Date;
  risen_until: Date;
  closed_at: Date | null;
  observed: number;
  found_late: boolean;
  opened_at: Date;
  expected: number;
}

const COLUMNS =
  'a.id, a.key_value, a.demo, a.started_at, a.risen_until, a.closed_at, a.observed, a.found_late, a.opened_at, a.expected';

function toEpisode(row: EpisodeRow): Episode {
  return {
    id: row.id,
    key: { slogan: row.key_value, demo: row.demo },
    startedAt: row.started_at.getTime(),
    risenUntil: row.risen_until.getTime(),
    closedAt: row.closed_at?.getTime() ?? null,
    observed: row.observed,
    foundLate: row.found_late,
    openedAt: row.opened_at.getTime(),
    expected: row.expected,
  };
}

export async function openEpisodes(db: Queryable, limit: number): Promise<Episode[]> {
  const rows = await db.query<EpisodeRow>(
    `SELECT ${COLUMNS} FROM alert a WHERE a.key_kind = 'slogan' AND a.closed_at IS NULL ORDER BY a.risen_until LIMIT $1`,
    [limit],
  );
  return rows.map(toEpisode);
}

/** Of each key the open episode, and those whose rise went on within `since`; the latest begun first. */
export async function recentEpisodes(
  db: Queryable,
  keys: readonly SloganKey[],
  since: number,
): Promise<Map<string, Episode[]>> {
  const rows = await db.query<EpisodeRow>(
    `SELECT ${COLUMNS} FROM alert a JOIN unnest($1::text[], $2::bool[]) AS k (slogan, demo) ON a.key_value = k.slogan AND a.demo = k.demo
     WHERE a.key_kind = 'slogan' AND (a.closed_at IS NULL OR a.risen_until >= $3) ORDER BY a.started_at DESC`,
    [keys.map((key) => key.slogan), keys.map((key) => key.demo), new Date(since)],
  );
  return Map.groupBy(rows.map(toEpisode), (episode) => nameOf(episode.key));
}

/** What the hits of an episode say of it. */
interface Facts {
  readonly hits: number;
  readonly lastHitAt: Date;
  readonly label: string;
  readonly severity: Severity;
  readonly indicator: Indicator;
  readonly stance: Stance;
  readonly sources: Alert['sources'];
  readonly languages: Alert['languages'];
  readonly regions: Alert['regions'];
}

async function factsOf(
  tx: Queryable,
  key: SloganKey,
  startedAt: number,
  risenUntil: number,
): Promise<Facts | null> {
  const stretch = [key.slogan, key.demo, new Date(startedAt), new Date(risenUntil + QUIET_MS)];
  const where = 'rule = $1 AND demo = $2 AND at >= $3 AND at < $4 AND NOT backfill';
  const [facts] = await tx.query<{
    hits: number;
    last_at: Date | null;
    label: string | null;
    severity_rank: number;
    indicator: Indicator;
    stance: Stance | null;
  }>(
    `SELECT count(*)::int AS hits, max(at) AS last_at, mode() WITHIN GROUP (ORDER BY title) AS label,
            max(array_position(ARRAY['low', 'medium', 'high', 'critical'], severity)) - 1 AS severity_rank,
            mode() WITHIN GROUP (ORDER BY indicator) AS indicator,
            mode() WITHIN GROUP (ORDER BY stance) FILTER (WHERE stance <> 'unclear') AS stance
     FROM hit_rule WHERE ${where}`,
    stretch,
  );
  if (!facts || facts.last_at === null || facts.label === null) return null;
  const parts = await tx.query<{ kind: 'source' | 'language' | 'region'; key: string; hits: number }>(
    `SELECT CASE WHEN grouping(source) = 0 THEN 'source' WHEN grouping(language) = 0 THEN 'language' ELSE 'region' END AS kind,
            coalesce(source, language, region) AS key, count(*)::int AS hits
     FROM hit_rule WHERE ${where} GROUP BY GROUPING SETS ((source), (language), (region)) ORDER BY hits DESC, key`,
    stretch,
  );
  const list = (kind: string, label: (value: string) => string) =>
    parts
      .filter((part) => part.kind === kind)
      .slice(0, MOST_PARTS)
      .map(({ key: value, hits }) => ({ key: value, label: label(value), hits }));
  return {
    hits: facts.hits,
    lastHitAt: facts.last_at,
    label: facts.label,
    severity: SEVERITIES[facts.severity_rank] ?? 'low',
    indicator: facts.indicator,
    stance: facts.stance ?? 'unclear',
    sources: list('source', (source) => source),
    languages: list('language', languageLabel),
    regions: list('region', regionLabel),
  };
}

/**
 * Opens an episode; one whose rise was over long ago (found late) is closed at once and still waits for a reviewer.
 * Returns its id, or null where its hits are gone meanwhile.
 */
export async function openEpisode(
  tx: Queryable,
  key: SloganKey,
  spike: Spike,
  now: number,
): Promise<string | null> {
  const risenUntil = Math.min(now, spike.windowEnd);
  const facts = await factsOf(tx, key, spike.startedAt, risenUntil);
  if (facts === null) return null;
  const id = randomUUID();
  const foundLate = now - spike.windowEnd > FOUND_LATE_MS;
  const headline = headlineOf({ ...facts, observed: spike.observed, expected: spike.expected, foundLate });
  await tx.query(
    `INSERT INTO alert (id, key_kind, key_value, label, demo, headline, severity, severity_rank, indicator, stance, observed, expected,
       probability, window_minutes, opened_at, started_at, peak_at, last_hit_at, risen_until, found_late, hits, sources, languages, regions, due_at, closed_at)
     VALUES ($1, 'slogan', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)`,
    [
      id,
      key.slogan,
      facts.label,
      key.demo,
      headline,
      facts.severity,
      SEVERITIES.indexOf(facts.severity),
      facts.indicator,
      facts.stance,
      spike.observed,
      spike.expected,
      spike.probability,
      Math.round((spike.windowEnd - spike.windowStart) / 60_000),
      new Date(now),
      new Date(spike.startedAt),
      new Date(spike.peakAt),
      facts.lastHitAt,
      new Date(risenUntil),
      foundLate,
      facts.hits,
      JSON.stringify(facts.sources),
      JSON.stringify(facts.languages),
      JSON.stringify(facts.regions),
      new Date(now + DUE_MINUTES[facts.severity] * 60_000),
      now - risenUntil >= QUIET_MS ? new Date(now) : null,
    ],
  );
  return id;
}

/**
 * Brings an episode up to date; `spike` where its rise was seen again. Its `version` stays: that guards what reviewers
 * do, and a rise that goes on must not refuse their decisions every few seconds.
 */
export async function continueEpisode(
  tx: Queryable,
  episode: Episode,
  spike: Spike | null,
  now: number,
): Promise<void> {
  const risenUntil = Math.max(episode.risenUntil, spike === null ? 0 : Math.min(now, spike.windowEnd));
  const startedAt = Math.min(episode.startedAt, spike?.startedAt ?? episode.startedAt);
  const facts = await factsOf(tx, episode.key, startedAt, risenUntil);
  if (facts === null) return;
  const higher = spike !== null && spike.observed > episode.observed ? spike : null;
  const told = {
    observed: higher?.observed ?? episode.observed,
    expected: higher?.expected ?? episode.expected,
  };
  const goesOn = now - risenUntil < QUIET_MS;
  await tx.query(
    `UPDATE alert SET started_at = $2, risen_until = $3, last_hit_at = $4, hits = $5, sources = $6, languages = $7, regions = $8,
       severity = $9, severity_rank = $10, indicator = $11, stance = $12, headline = $13, observed = $14, expected = $15,
       probability = coalesce($16, probability), peak_at = coalesce($17, peak_at), due_at = least(due_at, $18),
       closed_at = CASE WHEN $19 THEN NULL ELSE closed_at END
     WHERE id = $1`,
    [
      episode.id,
      new Date(startedAt),
      new Date(risenUntil),
      facts.lastHitAt,
      facts.hits,
      JSON.stringify(facts.sources),
      JSON.stringify(facts.languages),
      JSON.stringify(facts.regions),
      facts.severity,
      SEVERITIES.indexOf(facts.severity),
      facts.indicator,
      facts.stance,
      headlineOf({ ...facts, ...told, foundLate: episode.foundLate }),
      told.observed,
      told.expected,
      higher?.probability ?? null,
      higher === null ? null : new Date(higher.peakAt),
      new Date(episode.openedAt + DUE_MINUTES[facts.severity] * 60_000),
      goesOn,
    ],
  );
}

export async function closeEpisode(tx: Queryable, episode: Episode, now: number): Promise<void> {
  await tx.query('UPDATE alert SET closed_at = $2, version = version + 1 WHERE id = $1', [
    episode.id,
    new Date(now),
  ]);
}
