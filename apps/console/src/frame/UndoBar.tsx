import { Button, CloseButton, Kbd } from '@mantine/core';
import { useNavigate } from 'react-router';
import { useUndoDecision } from '../triage/alerts.js';
import { useKeys } from '../pieces/use-keys.js';
import { useSeconds } from '../pieces/use-now.js';
import { counted } from '../words/format.js';
import { outcomeOf } from '../words/labels.js';
import { offerUndo, type Undoable, useUndoable } from './undo.js';
import classes from './frame.module.css';

/** What was just decided, for how many, and the seconds in which it can be taken back. */
export function UndoBar() {
  const undoable = useUndoable();
  return undoable === null ? null : <Bar key={undoable.decision.id} undoable={undoable} />;
}

function Bar({ undoable: { alert, decision } }: { readonly undoable: Undoable }) {
  const now = useSeconds();
  const navigate = useNavigate();
  const undo = useUndoDecision();
  const left = Math.ceil((Date.parse(decision.undoUntil) - now) / 1_000);
  const act = () =>
    undo.mutate(decision.id, {
      onSuccess: (restored) => {
        offerUndo(null);
        void navigate(`/triage/${encodeURIComponent(restored.id)}`);
      },
    });
  useKeys(left > 0 ? { u: act } : {});
  if (left <= 0) return null;
  return (
    <div className={classes.undo} role="status">
      <span className={classes.undoText}>
        <strong>{outcomeOf(decision.outcome)?.done}</strong> · <bdi>{alert.key.label}</bdi> ·{' '}
        {counted(alert.hits, 'hit')}
        {undo.isError && <span role="alert"> · {undo.error.message}</span>}
      </span>
      <Button
        variant="white"
        color="dark"
        onClick={act}
        loading={undo.isPending}
        rightSection={<Kbd size="xs">u</Kbd>}
      >
        Undo
      </Button>
      <span className="numbers" aria-hidden>
        {left} s
      </span>
      <CloseButton
        aria-label="Close: the decision stands"
        variant="transparent"
        c="inherit"
        onClick={() => offerUndo(null)}
      />
    </div>
  );
}
