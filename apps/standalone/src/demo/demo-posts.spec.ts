import { fileURLToPath } from 'node:url';
import { classifyText, compileRuleset, loadPack } from '@vigil/classifier';
import { BURST_AFTER_MS, demoBurst, demoHistory, demoTrickle, loadDemoScript } from '@vigil/collector';
import type { PostEvent } from '@vigil/contracts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const script = await loadDemoScript();
const pack = await loadPack(fileURLToPath(new URL('../../../../packs/isis-messaging', import.meta.url)));
const ruleset = compileRuleset([{ content: pack, version: 0 }]);

const judge = ({ post, context }: PostEvent) => classifyText(ruleset, { text: post.text, context });
const isHit = (event: PostEvent) => judge(event).matches.length > 0;

describe('the demo, judged by the pack it comes with', () => {
  const history = [...demoHistory(script, NOW)];
  const hits = history.filter(isHit);

  test('bursts with one slogan: at least forty hits of it in the first minute, from five sources in four languages', () => {
    const first = demoBurst(script, NOW)
      .filter(({ dueMs }) => dueMs < NOW + BURST_AFTER_MS + 60_000)
      .map(({ event }) => event);
    const slogan = first.filter((event) =>
      judge(event).matches.some(({ rule }) => rule === 'isis-messaging/remaining-and-expanding'),
    );
    expect(slogan.length).toBeGreaterThanOrEqual(40);
    expect(new Set(slogan.map(({ post }) => post.sourceId)).size).toBeGreaterThanOrEqual(5);
    expect(new Set(slogan.map(({ post }) => post.language)).size).toBeGreaterThanOrEqual(4);
    expect(first.filter((event) => !isHit(event)).map(({ post }) => post.text)).toEqual([]);
  });

  test('has a low noise of hits before: a few a day, never many in an hour', () => {
    expect(hits.length).toBeGreaterThan(20);
    expect(hits.length).toBeLessThan(0.02 * history.length);
    const byHour = Map.groupBy(hits, ({ post }) => post.publishedAt?.slice(0, 13));
    expect(Math.max(...[...byHour.values()].map((list) => list.length))).toBeLessThanOrEqual(5);
  });

  test('hits nothing that the newsroom or the noticeboard says', () => {
    const voices = new Set(
      script.sources.filter(({ labels }) => labels.context !== 'unknown').map(({ id }) => String(id)),
    );
    expect(hits.filter(({ post }) => voices.has(post.sourceId))).toEqual([]);
  });

  test('hits only what was written as an echo: no everyday, religious or reported line, whatever the source', () => {
    const fill = (line: string) =>
      line.replaceAll('{place}', 'X').replaceAll('{name}', 'Y').replaceAll('{n}', '7');
    for (const book of script.phrasebooks.values()) {
      const quiet = [...book.ordinary, ...book.religious, ...book.report].map(fill);
      expect(
        quiet.filter((text) => classifyText(ruleset, { text, context: 'unknown' }).matches.length > 0),
      ).toEqual([]);
      const loud = [...book.echo, ...book.burst].map(fill);
      expect(
        loud.filter((text) => classifyText(ruleset, { text, context: 'unknown' }).matches.length === 0),
      ).toEqual([]);
    }
  });

  test('shows reports that were cancelled, with the reason', () => {
    const cancelled = history
      .map(judge)
      .filter(({ matches, cancelled }) => matches.length === 0 && cancelled.length > 0);
    expect(cancelled.length).toBeGreaterThan(20);
    expect(cancelled.every(({ exclusions }) => exclusions.some(({ cancels }) => cancels))).toBe(true);
  });

  test('trickles ordinary life afterwards', () => {
    const hour = demoTrickle(script, NOW, NOW, NOW + 3_600_000);
    expect(hour.length).toBe(720);
    expect(hour.filter(({ event }) => isHit(event))).toEqual([]);
  });
});
