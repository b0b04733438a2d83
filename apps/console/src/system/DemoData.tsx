import { Button } from '@mantine/core';
import { demoParts, useDemo, useRemoveDemo } from '../frame/demo.js';
import { useMay } from '../session/session.js';
import classes from './system.module.css';

/** The demo, and the one button that takes all of it away. */
export function DemoData() {
  const demo = useDemo();
  const remove = useRemoveDemo();
  const may = useMay();
  if (demo.data === undefined) return null;
  return (
    <section className={classes.part}>
      <h2>Demo data</h2>
      {demo.data.present ? (
        <>
          <p>
            Fictional: {demoParts(demo.data)}. Removing takes all of it from every store; your own sources and
            posts stay.
          </p>
          {may('system.manage') && (
            <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
              Remove demo data
            </Button>
          )}
          {remove.isError && <p role="alert">{remove.error.message}</p>}
        </>
      ) : (
        <p className={classes.quiet}>There is none. It comes back only on an empty data folder.</p>
      )}
    </section>
  );
}
