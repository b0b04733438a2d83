import { Badge } from '@mantine/core';
import type { Alert } from '@vigil/contracts';
import { DemoBadge } from '../pieces/DemoBadge.js';
import { SeverityMark } from '../pieces/SeverityMark.js';
import { Time } from '../pieces/Time.js';
import { counted, decimal, languageName, local, number, regionName, timesUsual } from '../words/format.js';
import { INDICATOR, SEVERITY, STANCE } from '../words/labels.js';
import classes from './triage.module.css';

/** What it is, why it is here, how bad, how many, since when, who has it: in this order. */
export function AlertFacts({ alert }: { readonly alert: Alert }) {
  return (
    <header className={classes.facts}>
      <h2 className={classes.headline} dir="auto">
        {alert.headline}
      </h2>
      <p className={classes.why}>
        <strong>{counted(alert.observed, 'hit')}</strong> in {number(alert.windowMinutes)} minutes where about{' '}
        {decimal(alert.expected)} {alert.expected === 1 ? 'is' : 'are'} usual (
        {timesUsual(alert.observed, alert.expected)}). {chance(alert.probability)}
      </p>
      <p className={classes.badges}>
        <span className={classes.severity}>
          <SeverityMark severity={alert.severity} /> {SEVERITY[alert.severity]}
        </span>
        <Badge>{INDICATOR[alert.indicator]}</Badge>
        <Badge>{STANCE[alert.stance]}</Badge>
        {alert.foundLate && <Badge title="Its posts came late, after an outage">Found late</Badge>}
        {alert.demo && <DemoBadge />}
      </p>
      <dl className={classes.numbers}>
        <Fact name="Hits so far">{number(alert.hits)}</Fact>
        <Fact name="Sources">{number(alert.sources.length)}</Fact>
        <Fact
          name="Languages"
          title={alert.languages.map((l) => `${languageName(l.key)}: ${number(l.hits)}`).join('\n')}
        >
          {alert.languages.length <= 2
            ? alert.languages.map((l) => languageName(l.key)).join(', ') || '–'
            : number(alert.languages.length)}
        </Fact>
        <Fact
          name="Regions"
          title={alert.regions.map((r) => `${regionName(r.key)}: ${number(r.hits)}`).join('\n')}
        >
          {alert.regions.length <= 2
            ? alert.regions.map((r) => regionName(r.key)).join(', ') || '–'
            : number(alert.regions.length)}
        </Fact>
        <Fact name="Began" title={`Peak ${local(alert.peakAt, Date.now())}`}>
          <Time at={alert.startedAt} />
        </Fact>
        <Fact name={alert.closedAt === null ? 'Last hit' : 'Rise ended'}>
          <Time at={alert.closedAt ?? alert.lastHitAt} as="ago" />
        </Fact>
      </dl>
    </header>
  );
}

function Fact({
  name,
  title,
  children,
}: {
  readonly name: string;
  readonly title?: string;
  readonly children: React.ReactNode;
}) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd className="numbers">{children}</dd>
    </div>
  );
}

/** The probability in words; nobody reads 3.2e-14 at a glance. */
function chance(probability: number): string {
  if (probability <= 0 || probability < 1e-9) return 'By chance: less than once in a billion windows.';
  const once = Math.round(1 / probability);
  return `By chance: about once in ${number(once < 1_000 ? once : Number(once.toPrecision(2)))} windows.`;
}
