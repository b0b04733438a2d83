import { Button } from '@mantine/core';
import type { Source } from '@vigil/contracts';
import { counted } from '../words/format.js';
import { useHitCount, useRemoveSource } from './sources.js';
import classes from './sources.module.css';

interface Props {
  readonly source: Source;
  readonly onRemoved: () => void;
  readonly onCancel: () => void;
}

/** What removing a source touches, before it is done. */
export function RemoveSource({ source, onRemoved, onCancel }: Props) {
  const hits = useHitCount(source.id);
  const remove = useRemoveSource();
  return (
    <div>
      <p>
        <strong>
          Remove “<bdi>{source.name}</bdi>”?
        </strong>
      </p>
      <ul>
        <li>It is not read any more, and its schedule and reading position are forgotten.</li>
        <li>
          {counted(source.health.postsCollected, 'post')} were collected from it;{' '}
          {hits.data === undefined ? 'its hits' : counted(hits.data, 'hit')} and the alerts they belong to
          stay, as does the record of what was decided.
        </li>
        <li>To stop reading for a while, pause it instead.</li>
      </ul>
      {remove.isError && (
        <p role="alert" className={classes.errorNote}>
          {remove.error.message}
        </p>
      )}
      <div className={classes.actions}>
        <Button
          color="red"
          loading={remove.isPending}
          onClick={() => remove.mutate(source.id, { onSuccess: onRemoved })}
        >
          Remove the source
        </Button>
        <Button variant="default" onClick={onCancel}>
          Keep it
        </Button>
      </div>
    </div>
  );
}
