import type { SystemState } from '@vigil/contracts';
import { CircleAlert, CircleCheck, CircleX } from 'lucide-react';
import { Time } from '../pieces/Time.js';
import { words } from '../words/labels.js';
import classes from './system.module.css';

const STATE = {
  ok: { icon: CircleCheck, name: 'Works' },
  degraded: { icon: CircleAlert, name: 'Limited' },
  down: { icon: CircleX, name: 'Down' },
} as const;

/** What the program needs to work, and what it means where something does not. */
export function Checks({ checks }: { readonly checks: SystemState['checks'] }) {
  return (
    <section className={classes.part}>
      <h2>Checks</h2>
      <ul className={classes.checks}>
        {checks.map((check) => {
          const { icon: Icon, name } = STATE[check.state];
          return (
            <li key={check.name} data-state={check.state}>
              <Icon size={17} aria-hidden />
              <span className={classes.checkName}>{words(check.name)}</span>
              <span>
                {name} since <Time at={check.since} />
                {check.message !== '' && <span className={classes.checkMeans}>{check.message}</span>}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
