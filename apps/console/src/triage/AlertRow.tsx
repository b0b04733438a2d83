import { Avatar } from '@mantine/core';
import type { Alert } from '@vigil/contracts';
import { forwardRef } from 'react';
import { DemoBadge } from '../pieces/DemoBadge.js';
import { SeverityMark } from '../pieces/SeverityMark.js';
import { Sparkline } from '../pieces/Sparkline.js';
import { duration } from '../words/format.js';
import { INDICATOR, outcomeOf } from '../words/labels.js';
import { dueShare, isWaiting } from './groups.js';
import classes from './triage.module.css';

interface Props {
  readonly alert: Alert;
  readonly chosen: boolean;
  readonly now: number;
  readonly onOpen: () => void;
}

/** An alert in two lines: how bad and what; then indicator, age, due, who, and the last day. */
export const AlertRow = forwardRef<HTMLButtonElement, Props>(function AlertRow(
  { alert, chosen, now, onOpen },
  ref,
) {
  const age = duration(now - Date.parse(alert.openedAt));
  return (
    <button
      ref={ref}
      type="button"
      className={classes.row}
      aria-current={chosen || undefined}
      onClick={onOpen}
    >
      <span className={classes.rowMark}>
        <SeverityMark severity={alert.severity} />
      </span>
      <span className={classes.rowTitle} dir="auto">
        {alert.headline}
      </span>
      <span className={classes.rowFacts}>
        <span className={classes.rowIndicator}>{INDICATOR[alert.indicator]}</span>
        {alert.demo && <DemoBadge />}
        {alert.foundLate && <span>Found late</span>}
        <span className="numbers" title={`Opened ${age} ago`}>
          {age}
        </span>
        <Standing alert={alert} now={now} />
        {alert.claimedBy !== null && (
          <Avatar
            size={18}
            radius="xl"
            name={alert.claimedBy}
            color="gray"
            title={`Claimed by ${alert.claimedBy}`}
          />
        )}
        <span className={classes.rowSpark}>
          <Sparkline
            values={alert.spark}
            width={44}
            height={16}
            label={`Hits an hour over the last day, ${alert.spark.at(-1) ?? 0} in the last`}
          />
        </span>
      </span>
    </button>
  );
});

/** While it waits, the bar of its time; then what was decided. */
function Standing({ alert, now }: { readonly alert: Alert; readonly now: number }) {
  if (!isWaiting(alert)) {
    const words =
      alert.decision === null || alert.decision.undoneAt !== null
        ? 'Closed'
        : outcomeOf(alert.decision.outcome)?.done;
    return <span>{words}</span>;
  }
  const { share, urgency } = dueShare(alert, now);
  const left = Date.parse(alert.dueAt) - now;
  const words = left < 0 ? `${duration(-left)} late` : `due in ${duration(left)}`;
  return (
    <span className={classes.due} data-urgency={urgency}>
      <span className={classes.dueBar} aria-hidden>
        <span style={{ width: `${Math.max(4, share * 100)}%` }} />
      </span>
      <span className="numbers">{words}</span>
    </span>
  );
}
