import type { SystemState } from '@vigil/contracts';
import { counted, number } from '../words/format.js';
import classes from './system.module.css';

const WORDS: Readonly<Record<string, string>> = {
  'posts classifier': 'Posts to classify',
  'verdicts alerts': 'Verdicts to count and index',
};

/** What was collected and not yet worked through, by flow. */
export function Lag({ lag }: { readonly lag: SystemState['lag'] }) {
  const flows = [...Map.groupBy(lag, ({ topic, group }) => `${topic} ${group}`)];
  if (flows.length === 0) return null;
  return (
    <section className={classes.part}>
      <h2>Waiting to be worked through</h2>
      <ul className={classes.lag}>
        {flows.map(([name, partitions]) => {
          const behind = partitions.reduce((sum, partition) => sum + partition.behind, 0);
          return (
            <li key={name}>
              <span>{WORDS[name] ?? name}</span>
              <strong className="numbers">{behind === 0 ? 'none' : number(behind)}</strong>
              <span
                className={classes.quiet}
                title={partitions.map((p) => `${p.partition}: ${p.behind}`).join('\n')}
              >
                {counted(partitions.length, 'partition')}
                {behind > 0 &&
                  `, at most ${number(Math.max(...partitions.map((partition) => partition.behind)))} in one`}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
