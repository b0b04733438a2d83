import { Skeleton } from '@mantine/core';
import { Eye } from 'lucide-react';
import { MarkedText } from '../hits/MarkedText.js';
import { Empty } from '../pieces/Empty.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { SidePanel } from '../pieces/SidePanel.js';
import { Time } from '../pieces/Time.js';
import { useShadowSamples } from './pack-life.js';
import classes from './life.module.css';

interface Props {
  readonly rule: { readonly id: string; readonly title: string };
  readonly onClose: () => void;
}

/** Posts that a rule in shadow saw: what it would bring to the queue, were it live. */
export function ShadowPosts({ rule, onClose }: Props) {
  const query = useShadowSamples(rule.id);
  return (
    <SidePanel
      opened
      onClose={onClose}
      width={680}
      title={
        <>
          In shadow: <bdi>{rule.title}</bdi>
        </>
      }
    >
      <p className={classes.quiet}>
        A sample of what it saw, drawn evenly each day. None of it is a hit, and nobody was alerted.
      </p>
      {query.isError && (
        <ProblemNote
          what="The posts could not be read"
          error={query.error}
          retry={() => void query.refetch()}
        />
      )}
      {query.isPending && <Skeleton height={160} />}
      {query.data?.length === 0 && (
        <Empty icon={<Eye />} title="No post is kept any more">
          Samples are kept as long as posts without a hit.
        </Empty>
      )}
      <ul className={classes.plain}>
        {query.data?.map(({ postId, excerpt, language, match, channel, collectedAt, permalink }) => (
          <li key={postId} className={classes.part}>
            <div className={classes.quiet}>
              <bdi>{channel}</bdi> · <Time at={collectedAt} />
              {permalink !== null && (
                <>
                  {' '}
                  ·{' '}
                  <a href={permalink} target="_blank" rel="noopener noreferrer">
                    as published
                  </a>
                </>
              )}
            </div>
            <MarkedText text={excerpt} language={language} matches={[match]} whole />
          </li>
        ))}
      </ul>
    </SidePanel>
  );
}
