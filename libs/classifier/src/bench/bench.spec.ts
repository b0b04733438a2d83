import { PostgresAuditLog } from '@vigil/auth';
import { BenchResult } from '@vigil/contracts';
import { TestClock, recordingTelemetry, withTestDatabase } from '@vigil/testing';
import { GREEN_BANNER, greenBanner } from '../packs/pack.fixture.js';
import { parsePack } from '../packs/parse-pack.js';
import { LiveRuleset } from '../publishing/live-ruleset.js';
import { PackStore } from '../publishing/pack-store.js';
import { BenchController } from './bench.controller.js';

describe('the test bench', () => {
  const { db } = withTestDatabase();
  let live: LiveRuleset;
  let bench: BenchController;

  beforeAll(async () => {
    const clock = new TestClock();
    const store = new PackStore(db(), clock, new PostgresAuditLog(db(), clock));
    const { pack } = parsePack(greenBanner());
    if (!pack) throw new Error('the fixture is at fault');
    await store.publish(pack, 'admin');
    live = new LiveRuleset(db(), store, recordingTelemetry().telemetry);
    await live.start();
    bench = new BenchController(live, store);
  });
  afterAll(() => live.stop());

  it('shows the verdict with what was cancelled and why', async () => {
    const text = 'evergreen and growing, watering day, Forest Office';
    const shown = await bench.classify({ text, context: 'news' });
    expect(BenchResult.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({
      normalised: 'evergreen and growing watering day forest office',
      matches: [{ rule: 'green-banner/office' }],
      cancelled: [{ rule: 'green-banner/evergreen' }, { rule: 'green-banner/watering' }],
      because: { indicator: 'green-banner/office', stance: 'green-banner/office' },
      draft: null,
    });
    expect(shown.exclusions[0]).toMatchObject({ reason: 'published by a news source', cancels: true });
  });

  it('says of a near miss what it lacks', async () => {
    const { nearMisses } = await bench.classify({ text: 'watering day', context: 'unknown' });
    expect(nearMisses).toMatchObject([
      {
        rule: 'green-banner/watering',
        missing: 'a second sign (a phrase of movement, or a match of a rule of the category slogan)',
      },
    ]);
  });

  it('shows every step, and the readings of what evades them', async () => {
    const text = 'EVERGREEN and gr0wing';
    const { steps, readings, matches, stepped } = await bench.classify({ text, context: 'unknown' });
    expect(steps.filter(({ changed }) => changed)).toEqual([
      { step: 'case', text: 'evergreen and gr0wing', changed: true },
    ]);
    expect(readings).toMatchObject([
      {
        text: 'evergreen and growing',
        changes: [{ reads: 'growing', published: 'gr0wing', span: { start: 14, end: 21 }, steps: ['leet'] }],
      },
    ]);
    expect(matches).toMatchObject([{ rule: 'green-banner/evergreen', normalised: 'evergreen and growing' }]);
    expect(stepped).toBe(text.length);
    const long = await bench.classify({ text: 'leaf '.repeat(30_000), context: 'unknown' });
    expect(long).toMatchObject({ stepped: 20_000, matches: [] });
    expect(long.steps[0]?.text.length).toBeLessThanOrEqual(20_000);
  });

  it('tries a draft in place of its namesake, rules in draft among them', async () => {
    const draft = GREEN_BANNER.replace('[forest office]', '[timber office]').replace(
      '    examples: { match: [Forest Office]',
      '    state: draft\n    examples: { match: [Timber Office]',
    );
    const text = 'Timber Office, Forest Office';
    const shown = await bench.classify({ text, context: 'unknown', draft });
    expect(shown).toMatchObject({
      draft: 'green-banner',
      matches: [{ rule: 'green-banner/office', normalised: 'timber office' }],
    });
    const files = { files: { 'pack.yaml': draft } };
    expect(await bench.classify({ text, context: 'unknown', draft: files })).toEqual(shown);
    expect((await bench.classify({ text, context: 'unknown' })).matches).toMatchObject([
      { normalised: 'forest office' },
    ]);
  });

  it('refuses what is no text, a draft at fault and one too large, by field', async () => {
    await expect(bench.classify({ text: 7 })).rejects.toThrow('text to classify: text:');
    await expect(
      bench.classify({ text: 'x', context: 'unknown', draft: GREEN_BANNER.replace('severity: low', '') }),
    ).rejects.toThrow(/rule pack: 1 fault\n {2}pack\.yaml:\d+:\d+ rules\.1\.severity/);
    await expect(
      bench.classify({ text: 'x', context: 'unknown', draft: 'x'.repeat(1024 ** 2) }),
    ).rejects.toMatchObject({ code: 'too-large' });
  });
});
