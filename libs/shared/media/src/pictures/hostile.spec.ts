import { honest, hostileFiles } from './hostile.fixture.js';
import { PICTURE_LIMITS } from './limits.js';
import { PictureHasher } from './picture-hasher.js';

/** What one worker may take on top of the program, in bytes. */
const MOST_MEMORY = 512 * 2 ** 20;
const NAMED = ['empty', 'unknown-format', 'too-many-pixels', 'damaged', 'timed-out'];

describe('hostile pictures', () => {
  it('end by name, and the worker lives, under 512 MB', async () => {
    const hasher = new PictureHasher();
    const pictures = await honest();
    const before = process.memoryUsage.rss();
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
    let count = 0;
    const wrong: string[] = [];
    try {
      for (const { name, bytes, expected } of hostileFiles(pictures)) {
        const outcome = await hasher.hash(bytes);
        count++;
        const came = outcome.outcome === 'hashed' ? 'hashed' : outcome.reason;
        if (expected ? came !== expected : came !== 'hashed' && !NAMED.includes(came)) {
          wrong.push(`${name}: ${came}${outcome.outcome === 'refused' ? `: ${outcome.message}` : ''}`);
        }
      }
      for (const [format, bytes] of pictures)
        expect([format, await hasher.hash(bytes)]).toEqual([
          format,
          expect.objectContaining({ outcome: 'hashed', format }),
        ]);
    } finally {
      clearInterval(watch);
      await hasher.close();
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThanOrEqual(200);
    expect(peak - before).toBeLessThan(MOST_MEMORY);
  }, 240_000);
});

describe('the hasher of pictures', () => {
  it('says what a picture is, whatever it is called, and what was left out', async () => {
    const hasher = new PictureHasher();
    const files = [...hostileFiles(await honest())];
    const named = (name: string) => files.find((file) => file.name === name)?.bytes ?? new Uint8Array();
    const animation = await hasher.hash(named('gif of 100,000 frames'));
    expect(animation).toMatchObject({ format: 'gif', frameCount: 100_000, omitted: ['later-frames'] });
    expect(animation.outcome === 'hashed' && animation.frames.map(({ frame }) => frame)).toHaveLength(
      PICTURE_LIMITS.hashedFrames,
    );
    expect(await hasher.hash(named('svg with a style from outside'))).toMatchObject({
      format: 'svg',
      omitted: ['external-references'],
    });
    await hasher.close();
  });

  it('gives up on a worker that outlives its time, and asks another for the next picture', async () => {
    const hasher = new PictureHasher({ ...PICTURE_LIMITS, timeMs: 1 }, 0);
    const [[, bytes = new Uint8Array()] = []] = await honest();
    const outcomes = await Promise.all([hasher.hash(bytes), hasher.hash(bytes)]);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ outcome: 'refused', reason: 'timed-out' });
    await hasher.close();
  });

  it('refuses what still waits when it is closed', async () => {
    const hasher = new PictureHasher();
    const [[, bytes = new Uint8Array()] = []] = await honest();
    const waiting = [hasher.hash(bytes), hasher.hash(bytes)];
    await hasher.close();
    expect(await Promise.all(waiting)).toEqual([
      expect.objectContaining({ reason: 'worker-lost' }),
      expect.objectContaining({ reason: 'worker-lost' }),
    ]);
  });
});
