import { Button, Textarea } from '@mantine/core';
import type { PackProposal } from '@vigil/contracts';
import { useState } from 'react';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { SidePanel } from '../pieces/SidePanel.js';
import { Time } from '../pieces/Time.js';
import { useMay, useSession } from '../session/session.js';
import { PackDifference } from './PackDifference.js';
import { useDecideProposal, useProposalDiff, useProposals } from './pack-life.js';
import classes from './life.module.css';

/** Packs that wait for a second person; nothing where none does. */
export function Proposals() {
  const query = useProposals();
  const [chosen, setChosen] = useState<string | null>(null);
  const proposal = query.data?.find(({ id }) => id === chosen);
  if (query.isError)
    return (
      <ProblemNote
        what="What waits for approval could not be read"
        error={query.error}
        retry={() => void query.refetch()}
      />
    );
  if (!query.data || query.data.length === 0) return null;
  return (
    <section className={classes.waiting} aria-label="Waiting for approval">
      <h2>Waiting for approval</h2>
      <ul className={classes.plain}>
        {query.data.map((one) => (
          <li key={one.id}>
            <div>
              <strong>
                <bdi>{one.name}</bdi>
              </strong>{' '}
              proposed by <bdi>{one.proposedBy}</bdi> <Time at={one.proposedAt} as="ago" />
              {one.note !== null && (
                <div className={classes.quiet} dir="auto">
                  {one.note}
                </div>
              )}
              {one.stale && <div className={classes.soon}>Another version came into force since</div>}
            </div>
            <Button variant="default" onClick={() => setChosen(one.id)}>
              Look at it
            </Button>
          </li>
        ))}
      </ul>
      <SidePanel
        opened={proposal !== undefined}
        onClose={() => setChosen(null)}
        width={760}
        title={
          proposal && (
            <>
              Proposal for <bdi>{proposal.name}</bdi>
            </>
          )
        }
      >
        {proposal && <Proposal proposal={proposal} onDecided={() => setChosen(null)} />}
      </SidePanel>
    </section>
  );
}

interface ProposalProps {
  readonly proposal: PackProposal;
  readonly onDecided: () => void;
}

function Proposal({ proposal, onDecided }: ProposalProps) {
  const diff = useProposalDiff(proposal.id);
  return (
    <>
      <p>
        Proposed by <bdi>{proposal.proposedBy}</bdi> <Time at={proposal.proposedAt} />
        {proposal.baseVersion === null
          ? ', as the first version.'
          : `, to follow version ${proposal.baseVersion}.`}
      </p>
      {proposal.note !== null && (
        <blockquote className={classes.note} dir="auto">
          {proposal.note}
        </blockquote>
      )}
      <Decision proposal={proposal} onDecided={onDecided} />
      <PackDifference query={diff} />
    </>
  );
}

/** Approving and rejecting for another person, withdrawing for who proposed it; a rejection says why. */
function Decision({ proposal, onDecided }: ProposalProps) {
  const may = useMay();
  const me = useSession().data?.user.id;
  const decide = useDecideProposal(proposal.id);
  const [rejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState('');
  const does = (verdict: Parameters<typeof decide.mutate>[0]) =>
    decide.mutate(verdict, { onSuccess: onDecided });
  if (!may('packs.publish'))
    return <p className={classes.quiet}>Somebody who may publish packs decides about it.</p>;
  return (
    <div className={classes.confirm} role="group" aria-label="Decide">
      {proposal.proposedBy === me ? (
        <>
          <p>You proposed this: another person who may publish has to approve it.</p>
          <Button variant="default" loading={decide.isPending} onClick={() => does({ does: 'withdraw' })}>
            Withdraw it
          </Button>
        </>
      ) : (
        <>
          {proposal.stale && (
            <p className={classes.soon}>
              Another version came into force since: it has to be proposed again, and cannot be approved.
            </p>
          )}
          {rejecting && (
            <Textarea
              label="Why it is rejected"
              autosize
              minRows={2}
              maxLength={2_000}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              dir="auto"
              data-autofocus
            />
          )}
          <div className={classes.buttons}>
            {!rejecting && (
              <Button
                disabled={proposal.stale}
                loading={decide.isPending}
                onClick={() => does({ does: 'approve' })}
              >
                Approve and publish
              </Button>
            )}
            <Button
              variant="default"
              disabled={rejecting && reason.trim() === ''}
              onClick={() =>
                rejecting ? does({ does: 'reject', reason: reason.trim() }) : setRejecting(true)
              }
            >
              Reject
            </Button>
            {rejecting && (
              <Button variant="default" onClick={() => setRejecting(false)}>
                Back
              </Button>
            )}
          </div>
        </>
      )}
      {decide.isError && <p role="alert">{decide.error.message}</p>}
    </div>
  );
}
