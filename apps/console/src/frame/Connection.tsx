import { useLive } from '../api/live.js';
import { useNow } from '../pieces/use-now.js';
import { duration } from '../words/format.js';
import classes from './frame.module.css';

/** Whether what is on the screen follows the server, and since when it does not. */
export function Connection() {
  const { state, since } = useLive();
  const now = useNow();
  const words = {
    live: 'Live',
    connecting: 'Connecting',
    lost: `Not live for ${duration(now - since)}`,
  }[state];
  const means = {
    live: 'Changes appear by themselves.',
    connecting: 'Asking the server for changes.',
    lost: 'The server’s changes do not arrive. What is shown may be old; it connects again by itself.',
  }[state];
  return (
    <span className={classes.connection} data-state={state} title={means} role="status">
      <span className={classes.dot} aria-hidden />
      {words}
    </span>
  );
}
