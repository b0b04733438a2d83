import type { Source } from '@vigil/contracts';
import { duration, approvalDay } from '../words/format.js';
import classes from './sources.module.css';

const DAY = 86_400_000;
/** How long before its end a justification is shown in amber: time to renew it. */
const RENEW_WITHIN = 14 * DAY;
/** Beyond that a date says more than a number of days. */
const FAR = 366 * DAY;

const WORDS: Record<Source['health']['state'], string> = {
  waiting: 'Waiting for its first poll',
  collecting: 'Collecting now',
  ok: 'Collecting',
  failing: 'Failing',
  paused: 'Paused',
  expired: 'Justification expired',
};

/** Whether nothing is polled: its lines are posted to the API. */
export function isFedByImport({ locator }: Source): boolean {
  return locator.kind === 'import' && locator.from === undefined;
}

/** How a source is, as a mark and a word. */
export function Health({ source }: { readonly source: Source }) {
  const { state, consecutiveFailures } = source.health;
  return (
    <span className={classes.health} data-state={state}>
      <span className={classes.healthDot} aria-hidden />
      {state === 'waiting' && isFedByImport(source) ? 'Takes lines as they are sent' : WORDS[state]}
      {state === 'failing' && consecutiveFailures > 1 && ` (${consecutiveFailures} times)`}
    </span>
  );
}

/** Until when a source may be watched; amber in the last two weeks, red when over. */
export function Until({ source, now }: { readonly source: Source; readonly now: number }) {
  const left = Date.parse(source.justification.until) - now;
  const urgency = left <= 0 ? 'late' : left < RENEW_WITHIN ? 'soon' : 'fine';
  return (
    <span className={classes.until} data-urgency={urgency} title={source.justification.until}>
      {left <= 0
        ? `ended ${duration(-left)} ago`
        : left > FAR
          ? approvalDay(source.justification.until)
          : `${duration(left)} left`}
    </span>
  );
}
