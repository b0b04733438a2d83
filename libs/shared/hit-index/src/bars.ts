import { VigilError } from '@vigil/contracts';

/** More bars than any chart shows. */
export const MAX_BARS = 10_000;

/** Throws `bad-input` for a histogram of more bars than MAX_BARS. */
export function checkBars(count: number): void {
  if (count <= MAX_BARS) return;
  const message = `more than ${MAX_BARS} bars`;
  throw new VigilError(
    'bad-input',
    `everySeconds: ${message}; take wider ones, or a shorter time with from and to`,
    {
      fields: [{ path: 'everySeconds', message }],
    },
  );
}
