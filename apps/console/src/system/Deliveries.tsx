import { Link } from 'react-router';
import { Time } from '../pieces/Time.js';
import { counted } from '../words/format.js';
import { type Delivery, useDeliveries } from './system.js';
import classes from './system.module.css';

/** What became of the latest messages. */
export function Deliveries() {
  const { data } = useDeliveries();
  if (data === undefined || data.length === 0) return null;
  return (
    <>
      <h3 className={classes.lately}>Lately</h3>
      <ul className={classes.deliveries}>
        {data.map((delivery) => (
          <li key={delivery.id}>
            <Time at={delivery.createdAt} />
            <span>
              <bdi>{delivery.channel}</bdi>:{' '}
              {delivery.alertId === null ? (
                'a test'
              ) : (
                <Link to={`/triage/${encodeURIComponent(delivery.alertId)}?view=all`}>
                  <bdi>{delivery.headline}</bdi>
                </Link>
              )}
              <span className={classes.outcome}>{outcome(delivery)}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function outcome({ state, attempts, reason }: Delivery): string {
  if (state === 'sent') return 'Sent';
  const why = reason === null ? '' : `: ${reason}`;
  if (state === 'failed') return `Given up after ${counted(attempts, 'attempt')}${why}`;
  return attempts === 0 ? 'On its way' : `Tried ${counted(attempts, 'time')}, tried again${why}`;
}
