import classes from './pieces.module.css';

/** On everything that is not real. */
export function DemoBadge() {
  return (
    <span className={classes.demo} title="Made up for the demo: no real source or person">
      Demo
    </span>
  );
}
