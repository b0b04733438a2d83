import { describe, expect, it } from '@jest/globals';
import { Post, PostEvent } from '@vigil/contracts';
import { HISTORY_DAYS, demoHistory } from './history.js';
import { BURST_AFTER_MS, demoBurst, demoTrickle } from './live.js';
import { loadDemoScript } from './script.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const DAY_MS = 86_400_000;
const script = await loadDemoScript();
const history = [...demoHistory(script, NOW)];
const burst = demoBurst(script, NOW);

const SCRIPTS = {
  Latin: /\p{Script=Latin}/u,
  Arabic: /\p{Script=Arabic}/u,
  Cyrillic: /\p{Script=Cyrillic}/u,
  Bengali: /\p{Script=Bengali}/u,
};

describe('the script of the demo', () => {
  it('says of every source that it is a fiction, why it is there, and where', () => {
    expect(script.sources.length).toBeGreaterThanOrEqual(6);
    for (const source of script.sources) {
      expect(source.name).toMatch(/^Demo: .*fictional/);
      expect(source.justification.reason).toContain('Demonstration');
      expect(source.id).toMatch(/^demo-/);
    }
    expect(new Set(script.sources.map((s) => s.labels.region)).size).toBeGreaterThanOrEqual(6);
  });

  it('names the file that is missing', async () => {
    await expect(loadDemoScript('/nowhere')).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('the history', () => {
  it('is the same every time', () => {
    expect([...demoHistory(script, NOW)]).toEqual(history);
  });

  it('holds 6,000 to 10,000 valid posts of fourteen days, in order of time, marked as demo and backfill', () => {
    expect(history.length).toBeGreaterThan(6_000);
    expect(history.length).toBeLessThan(10_000);
    let before = NOW - HISTORY_DAYS * DAY_MS;
    for (const { post } of history) {
      const at = Date.parse(post.publishedAt ?? '');
      expect(at).toBeGreaterThanOrEqual(before);
      expect(at).toBeLessThan(NOW);
      expect(post).toMatchObject({ demo: true, backfill: true });
      before = at;
    }
    expect(PostEvent.array().safeParse(history).success).toBe(true);
    expect(new Set(history.map(({ post }) => post.id)).size).toBe(history.length);
  });

  it('speaks at least eight languages in four scripts, and leaves no blank unfilled', () => {
    expect(new Set(history.map(({ post }) => post.language)).size).toBeGreaterThanOrEqual(8);
    const text = history.map(({ post }) => post.text).join('\n');
    for (const pattern of Object.values(SCRIPTS)) expect(text).toMatch(pattern);
    expect(text).not.toMatch(/[{}]/);
  });

  it('has a daily rhythm: less than half as many posts at night as in the afternoon', () => {
    const inHours = (from: number, to: number) =>
      history.filter(({ post }) => {
        const hour = new Date(post.publishedAt ?? '').getUTCHours();
        return hour >= from && hour < to;
      }).length;
    expect(inHours(0, 4)).toBeLessThan(inHours(12, 16) / 2);
  });
});

describe('the live part', () => {
  it('bursts within a minute, over many sources and languages, and fades', () => {
    const due = (fromMs: number, toMs: number) =>
      burst.filter(({ dueMs }) => dueMs >= NOW + fromMs && dueMs < NOW + toMs);
    const first = due(0, BURST_AFTER_MS + 60_000);
    expect(BURST_AFTER_MS).toBeLessThan(60_000);
    expect(first.length).toBeGreaterThanOrEqual(40);
    expect(new Set(first.map(({ event }) => event.post.sourceId)).size).toBeGreaterThanOrEqual(5);
    expect(new Set(first.map(({ event }) => event.post.language)).size).toBeGreaterThanOrEqual(4);
    expect(due(9 * 60_000, 12 * 60_000).length).toBeLessThan(first.length / 3);
    for (const { event } of burst)
      expect(Post.parse(event.post)).toMatchObject({ demo: true, backfill: false });
  });

  it('trickles the same posts however it is asked', () => {
    const whole = demoTrickle(script, NOW, NOW, NOW + 600_000);
    const halves = [
      ...demoTrickle(script, NOW, NOW, NOW + 123_456),
      ...demoTrickle(script, NOW, NOW + 123_456, NOW + 600_000),
    ];
    expect(halves).toEqual(whole);
    expect(whole).toHaveLength(120);
    expect(new Set(whole.map(({ event }) => event.post.text)).size).toBeGreaterThan(80);
    expect(demoTrickle(script, NOW, NOW + 600_000, NOW + 600_000)).toEqual([]);
  });
});
