import { Source, type PostEvent } from '@vigil/contracts';
import { TestClock } from '@vigil/testing';
import { aDraft } from '../testing/harness.js';
import { importStream } from './import-stream.js';

describe('an import that goes on for long', () => {
  const clock = new TestClock();
  const source = Source.parse({
    ...aDraft('held', { kind: 'import' }),
    demo: false,
    createdAt: clock.instant(),
    updatedAt: clock.instant(),
    health: {
      state: 'ok',
      lastPollAt: null,
      lastSuccessAt: null,
      nextPollAt: null,
      lastError: null,
      consecutiveFailures: 0,
      postsCollected: 0,
    },
  });
  const line = Buffer.from('{"text":"one more"}\n');

  const importing = (read: () => Source, body: () => AsyncGenerator<Uint8Array>) => {
    const published: PostEvent[] = [];
    const counted: number[] = [];
    const done = importStream(() => Promise.resolve(read()), body(), {
      clock,
      funnel: { publish: async (events) => void published.push(...events) },
      progress: { count: async (_, posts) => void counted.push(posts), setAside: () => undefined },
    });
    return { published, counted, done };
  };

  it('ends within a second of a pause; what had come is kept and counted', async () => {
    let paused = false;
    const { published, counted, done } = importing(
      () => ({ ...source, paused }),
      async function* () {
        yield line;
        paused = true;
        clock.advance({ ms: 1_000 });
        yield line;
      },
    );
    await expect(done).rejects.toMatchObject({ code: 'conflict' });
    expect([published.length, counted]).toEqual([1, [1]]);
  });

  it('ends with the approval', async () => {
    const until = new Date(clock.now() + 60_000).toISOString();
    const { published, done } = importing(
      () => ({ ...source, justification: { ...source.justification, until } }),
      async function* () {
        yield line;
        clock.advance({ ms: 60_000 });
        yield line;
      },
    );
    await expect(done).rejects.toMatchObject({ code: 'source-expired' });
    expect(published).toHaveLength(1);
  });
});
