import { VigilError } from '@vigil/contracts';

/**
 * What `work` gives, or an `engine-unavailable` error after `ms`. Some promises of kafkajs never settle, where the other side hangs
 * up amid an answer for example; what is waited for in vain goes on unheard.
 */
export async function within<R>(ms: number, what: string, work: Promise<R>): Promise<R> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new VigilError('engine-unavailable', `${what}: no answer within ${ms} ms`, { retriable: true }),
        ),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
