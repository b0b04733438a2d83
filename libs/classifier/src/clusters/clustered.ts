import type { Campaign, VerdictEvent } from '@vigil/contracts';
import { marksOf, type Marks } from './marks.js';

/**
 * The events of a batch, each that makes a hit with the campaign its post belongs to. Only those are marked: for all
 * others nothing is done.
 */
export async function clustered(
  events: readonly VerdictEvent[],
  now: number,
  assign: (posts: readonly Marks[]) => Promise<ReadonlyMap<string, Campaign>>,
): Promise<readonly VerdictEvent[]> {
  const marks = new Map<VerdictEvent, Marks>();
  for (const event of events)
    if (event.post && event.verdict.matches.length > 0)
      marks.set(event, marksOf(event.post, event.verdict, now));
  if (marks.size === 0) return events;
  const campaigns = await assign([...marks.values()]);
  return events.map((event) => {
    const cluster = campaigns.get(marks.get(event)?.key ?? '');
    return cluster ? { ...event, verdict: { ...event.verdict, cluster } } : event;
  });
}
