import { Button } from '@mantine/core';
import { useMay } from '../session/session.js';
import { demoParts, useDemo, useRemoveDemo } from './demo.js';
import classes from './frame.module.css';

/** Says on every page that what is shown is made up, and takes it away. */
export function DemoBanner() {
  const demo = useDemo();
  const remove = useRemoveDemo();
  const may = useMay();
  if (!demo.data?.present) return null;
  return (
    <div className={classes.banner} role="region" aria-label="Demo data">
      <span>
        <strong>Demo.</strong>{' '}
        <span className={classes.bannerDetail}>Fictional data: {demoParts(demo.data)}.</span>
        {remove.isError && <span role="alert"> {remove.error.message}</span>}
      </span>
      {may('system.manage') && (
        <Button
          variant="default"
          size="compact-xs"
          loading={remove.isPending}
          onClick={() => remove.mutate()}
        >
          Remove demo data
        </Button>
      )}
    </div>
  );
}
