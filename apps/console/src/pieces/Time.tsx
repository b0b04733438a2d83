import { local, localFull, relative, utc } from '../words/format.js';
import { useNow } from './use-now.js';

interface Props {
  readonly at: string;
  /** `ago`: 12 min ago; `local`: the reader's own time. */
  readonly as?: 'ago' | 'local';
}

/** An instant in the reader's zone, with UTC on hover. */
export function Time({ at, as = 'local' }: Props) {
  const now = useNow();
  const other = as === 'ago' ? `${localFull(at)} · ${utc(at)}` : utc(at);
  return (
    <time dateTime={at} title={other} className="numbers">
      {as === 'ago' ? relative(at, now) : local(at, now)}
    </time>
  );
}
