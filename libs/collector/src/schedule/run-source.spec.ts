import { SystemClock, VigilError, type Source } from '@vigil/contracts';
import type { Connector } from '../connectors/connector.js';
import { type Run, runSource } from './run-source.js';

const connector: Pick<Connector, 'read'> = {
  read: async function* () {
    yield { events: [], cursor: { offset: 1 } };
  },
};

/** Reads one piece, whose cursor is stored as `move` says. */
function reading(move: Run['progress']['move']): Promise<unknown> {
  const run: Pick<Run, 'connector' | 'reading' | 'source' | 'lease'> = {
    connector: connector as Connector,
    reading: { signal: new AbortController().signal, clock: new SystemClock() } as Run['reading'],
    source: { id: 'one' } as Source,
    lease: { sourceId: 'one', epoch: 1n, cursor: null, failures: 0 },
  };
  return runSource({
    ...run,
    funnel: { publish: () => Promise.resolve() },
    expander: null,
    progress: { move, setAside: () => undefined },
    patient: true,
    commitEarly: false,
    onPosts: () => undefined,
  });
}

describe('a source whose cursor cannot be stored', () => {
  test.each(['engine-unavailable', 'fenced'] as const)(
    'because of %s has not failed itself',
    async (code) => {
      const move = () => Promise.reject(new VigilError(code, 'not now', { retriable: true }));
      expect(await reading(move)).toEqual({ type: 'interrupted' });
    },
  );

  test('because of anything else has', async () => {
    const error = new Error('a cursor that is no JSON');
    expect(await reading(() => Promise.reject(error))).toEqual({ type: 'failed', error, advice: {} });
  });
});
