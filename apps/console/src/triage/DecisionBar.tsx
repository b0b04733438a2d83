import { Button, Kbd, TextInput, Tooltip } from '@mantine/core';
import type { Alert, Outcome } from '@vigil/contracts';
import { useRef, useState } from 'react';
import { offerUndo, useUndoable } from '../frame/undo.js';
import { Time } from '../pieces/Time.js';
import { useKeys } from '../pieces/use-keys.js';
import { useMay, useSession } from '../session/session.js';
import { OUTCOMES, outcomeOf } from '../words/labels.js';
import { useClaim, useDecide } from './alerts.js';
import { isWaiting } from './groups.js';
import classes from './triage.module.css';

interface Props {
  readonly alert: Alert;
  readonly onDecided: () => void;
}

/** Claim, note and the six outcomes, always in the same place. */
export function DecisionBar({ alert, onDecided }: Props) {
  const may = useMay();
  if (!isWaiting(alert)) return <Standing alert={alert} />;
  if (!may('alerts.review')) return null;
  return <Deciding alert={alert} onDecided={onDecided} />;
}

function Deciding({ alert, onDecided }: Props) {
  const user = useSession().data?.user;
  const [note, setNote] = useState('');
  const noteInput = useRef<HTMLInputElement>(null);
  const claim = useClaim();
  const decide = useDecide();
  const mine = alert.claimedBy !== null && (alert.claimedBy === user?.id || alert.claimedBy === user?.name);
  const others = alert.claimedBy !== null && !mine;
  const busy = claim.isPending || decide.isPending;

  const toggleClaim = () => {
    if (!busy && !others) claim.mutate({ alert, act: mine ? 'release' : 'claim' });
  };
  const choose = (outcome: Outcome) => {
    if (busy || others) return;
    decide.mutate(
      { alert, outcome, note },
      {
        onSuccess: (decided) => {
          if (decided.decision) offerUndo({ alert: decided, decision: decided.decision });
          onDecided();
        },
      },
    );
  };
  useKeys({
    c: toggleClaim,
    n: () => noteInput.current?.focus(),
    ...Object.fromEntries(OUTCOMES.map(({ outcome }, i) => [String(i + 1), () => choose(outcome)])),
  });

  const error = decide.error ?? claim.error;
  return (
    <div className={classes.bar} role="region" aria-label="Decision">
      {error && (
        <p className={classes.barError} role="alert">
          {error.message}
        </p>
      )}
      <div className={classes.barTop}>
        <span className={classes.whoHas}>
          {mine && (
            <>
              Yours
              {alert.claimedUntil !== null && (
                <>
                  {' '}
                  until <Time at={alert.claimedUntil} />
                </>
              )}
            </>
          )}
          {others && (
            <>
              <bdi>{alert.claimedBy}</bdi> has it
              {alert.claimedUntil !== null && (
                <>
                  {' '}
                  until <Time at={alert.claimedUntil} />
                </>
              )}
            </>
          )}
          {alert.claimedBy === null && 'Nobody has it'}
        </span>
        {!others && (
          <Button
            variant={mine ? 'default' : 'light'}
            loading={claim.isPending}
            onClick={toggleClaim}
            rightSection={<Kbd size="xs">c</Kbd>}
          >
            {mine ? 'Release' : 'Claim'}
          </Button>
        )}
        <TextInput
          ref={noteInput}
          className={classes.note}
          size="xs"
          aria-label="Note for the decision"
          placeholder="Note (n)"
          value={note}
          maxLength={4_000}
          dir="auto"
          onChange={(event) => setNote(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur();
          }}
        />
      </div>
      <div className={classes.outcomes}>
        {OUTCOMES.map(({ outcome, label, means }, i) => (
          <Tooltip key={outcome} label={means}>
            <Button
              variant="default"
              fullWidth
              justify="space-between"
              disabled={others}
              loading={decide.isPending && decide.variables.outcome === outcome}
              onClick={() => choose(outcome)}
              rightSection={<Kbd size="xs">{i + 1}</Kbd>}
            >
              {label}
            </Button>
          </Tooltip>
        ))}
      </div>
    </div>
  );
}

/** What was decided, by whom, and that the bar below takes it back while it can. */
function Standing({ alert }: { readonly alert: Alert }) {
  const { decision } = alert;
  return (
    <div className={classes.bar} role="region" aria-label="Decision">
      {decision !== null && decision.undoneAt === null ? (
        <p className={classes.standing}>
          <strong>{outcomeOf(decision.outcome)?.done}</strong> by <bdi>{decision.by}</bdi>,{' '}
          <Time at={decision.at} as="ago" />.
          {decision.note !== '' && (
            <>
              {' '}
              Note: <bdi>{decision.note}</bdi>
            </>
          )}
          <UndoHere alert={alert} />
        </p>
      ) : (
        <p className={classes.standing}>
          Closed without a decision
          {alert.closedAt !== null && (
            <>
              , <Time at={alert.closedAt} as="ago" />
            </>
          )}
          .
        </p>
      )}
    </div>
  );
}

/** Brings the undo bar back for a decision that can still be undone. */
function UndoHere({ alert }: { readonly alert: Alert }) {
  const { decision } = alert;
  const offered = useUndoable()?.decision.id;
  if (decision === null || decision.id === offered || Date.parse(decision.undoUntil) <= Date.now())
    return null;
  return (
    <Button variant="subtle" size="compact-xs" ml="xs" onClick={() => offerUndo({ alert, decision })}>
      Undo…
    </Button>
  );
}
