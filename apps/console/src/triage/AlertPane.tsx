import { ActionIcon, Skeleton, Tooltip } from '@mantine/core';
import { ArrowLeft, PanelRightOpen } from 'lucide-react';
import { Problem } from '../api/client.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { AlertFacts } from './AlertFacts.js';
import { AlertHits } from './AlertHits.js';
import { useAlert } from './alerts.js';
import { CurvePanel } from './CurvePanel.js';
import { DecisionBar } from './DecisionBar.js';
import classes from './triage.module.css';

interface Props {
  readonly id: string;
  /** null where the list stands beside it. */
  readonly onBack: (() => void) | null;
  readonly onDecided: () => void;
  /** Opens the context; null where it is open. */
  readonly onContext: (() => void) | null;
}

/** One alert: what it is, its curve, its hits, and at the bottom the decision. */
export function AlertPane({ id, onBack, onDecided, onContext }: Props) {
  const query = useAlert(id);
  const tools = (
    <>
      {onBack && (
        <ActionIcon onClick={onBack} aria-label="Back to the list" className={classes.back}>
          <ArrowLeft size={18} />
        </ActionIcon>
      )}
      {onContext && (
        <Tooltip label="Show the context">
          <ActionIcon onClick={onContext} aria-label="Show the context" className={classes.contextButton}>
            <PanelRightOpen size={17} />
          </ActionIcon>
        </Tooltip>
      )}
    </>
  );
  return (
    <section className={classes.mainPane} id="alert" tabIndex={-1} aria-label="Alert">
      {query.isPending && (
        <div className={classes.mainScroll} aria-busy="true" aria-label="Reading the alert">
          <Skeleton height={20} width="70%" mb={12} />
          <Skeleton height={12} width="50%" mb={24} />
          <Skeleton height={180} mb={16} />
          <Skeleton height={110} mb={10} />
          <Skeleton height={110} />
        </div>
      )}
      {query.isError && query.data === undefined && (
        <>
          {tools}
          <ProblemNote
            what={
              query.error instanceof Problem && query.error.status === 404
                ? 'This alert is not there any more'
                : 'The alert could not be read'
            }
            error={query.error}
            retry={() => void query.refetch()}
          />
        </>
      )}
      {query.data !== undefined && (
        <>
          <div className={classes.mainScroll}>
            <div className={classes.tools}>{tools}</div>
            <AlertFacts alert={query.data} />
            <CurvePanel alert={query.data} />
            <AlertHits alert={query.data} />
          </div>
          <DecisionBar alert={query.data} onDecided={onDecided} />
        </>
      )}
    </section>
  );
}
