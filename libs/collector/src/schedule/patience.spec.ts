import { VigilError } from '@vigil/contracts';
import { patiently } from './patience.js';

const away = new VigilError('engine-unavailable', 'the broker is away', { retriable: true });

describe('work that waits for an engine of ours', () => {
  it('is done once the engine is back, without a word of the source', async () => {
    let tries = 0;
    const done = await patiently(new AbortController().signal, async () => {
      tries += 1;
      if (tries < 3) throw away;
      return 'published';
    });
    expect([done, tries]).toEqual(['published', 3]);
  });

  it('ends with the reading, and passes on every other failure', async () => {
    const reading = new AbortController();
    const waiting = patiently(reading.signal, async () => {
      reading.abort();
      throw away;
    });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    const poison = new VigilError('too-large', 'a post is too large');
    await expect(patiently(new AbortController().signal, () => Promise.reject(poison))).rejects.toBe(poison);
  });
});
