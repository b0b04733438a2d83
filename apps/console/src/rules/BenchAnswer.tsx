import type { BenchResult, Match } from '@vigil/contracts';
import { MarkedText } from '../hits/MarkedText.js';
import { Weighed } from '../hits/Weighed.js';
import { SeverityMark } from '../pieces/SeverityMark.js';
import { counted, languageName, regionName } from '../words/format.js';
import { INDICATOR, SEVERITY, STANCE, words } from '../words/labels.js';
import classes from './bench.module.css';

/** What the bench makes of a text, from the verdict down to each step of the reading. */
export function BenchAnswer({ text, result }: { readonly text: string; readonly result: BenchResult }) {
  const { matches, cancelled, exclusions, nearMisses } = result;
  return (
    <div className={classes.result} aria-live="polite">
      <p className={classes.verdict}>
        {matches.length > 0
          ? `${counted(matches.length, 'match', 'matches')}: this would be a hit.`
          : cancelled.length > 0
            ? `${counted(cancelled.length, 'match', 'matches')}, cancelled: this would not be a hit.`
            : nearMisses.length > 0
              ? `Nothing matches; ${counted(nearMisses.length, 'near miss', 'near misses')}.`
              : 'Nothing matches.'}
      </p>
      <Because result={result} />
      {matches.length + exclusions.length + cancelled.length + nearMisses.length > 0 && (
        <div className={classes.marked}>
          <MarkedText
            text={text}
            language={null}
            matches={[...matches, ...cancelled]}
            nearMisses={nearMisses}
            exclusions={exclusions}
            whole
          />
        </div>
      )}
      <Matches matches={matches} />
      <Matches matches={cancelled} standing="Cancelled" />
      <Matches matches={nearMisses} standing="Near miss" />
      <Weighed exclusions={exclusions} cancelled={cancelled} />
      <Entities entities={result.entities ?? []} />
      <Reading result={result} whole={text.length} />
    </div>
  );
}

/** Where severity, indicator, stance and territory come from. */
function Because({ result }: { readonly result: BenchResult }) {
  const { severity, indicator, stance, score, because, matches } = result;
  if (severity === null || indicator === null) return null;
  const title = (rule: string | undefined) => matches.find((match) => match.rule === rule)?.title ?? rule;
  return (
    <dl className={classes.because}>
      <dt>Severity</dt>
      <dd>
        {SEVERITY[severity]}, score {score}
      </dd>
      <dt>Indicator</dt>
      <dd>
        {INDICATOR[indicator]}
        {because?.indicator !== undefined && <From title={title(because.indicator)} />}
      </dd>
      {because?.region !== undefined && (
        <>
          <dt>Territory</dt>
          <dd>{regionName(because.region)}</dd>
        </>
      )}
      <dt>Stance</dt>
      <dd>
        {STANCE[stance].replace(/^Stance: /, '')}
        {because?.stance !== undefined && <From title={title(because.stance)} />}
      </dd>
    </dl>
  );
}

function From({ title }: { readonly title: string | undefined }) {
  return (
    <span className={classes.quiet}>
      {' '}
      from <bdi>{title}</bdi>
    </span>
  );
}

function Matches({
  matches,
  standing,
}: {
  readonly matches: readonly (Match & { readonly missing?: string })[];
  readonly standing?: string;
}) {
  if (matches.length === 0) return null;
  return (
    <ul className={classes.list}>
      {matches.map((match) => (
        <li
          key={`${match.rule} ${match.language} ${match.span.start} ${match.span.end}`}
          className={classes.rule}
        >
          <SeverityMark severity={match.severity} />
          <div>
            <div className={classes.ruleHead}>
              <strong>{match.title}</strong>
              <span className={classes.quiet}>
                {standing !== undefined && `${standing} · `}
                {INDICATOR[match.indicator]}
              </span>
            </div>
            <div className={classes.quiet}>
              {languageName(match.language)}, read as <bdi>{match.normalised}</bdi>
            </div>
            {match.missing !== undefined && <div className={classes.missing}>Lacks {match.missing}</div>}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Entities({ entities }: { readonly entities: NonNullable<BenchResult['entities']> }) {
  if (entities.length === 0) return null;
  return (
    <>
      <h3 className={classes.part}>Ways of payment and contact</h3>
      <ul className={classes.list}>
        {entities.map(({ type, kind, value, span }) => (
          <li key={`${type} ${span.start}`} className={classes.quiet}>
            {words(type)} ({kind}): <bdi className={classes.value}>{value}</bdi>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Every step that changed something, in its order, and what evades the plain reading. */
function Reading({ result, whole }: { readonly result: BenchResult; readonly whole: number }) {
  const { steps, readings, stepped } = result;
  const changed = steps.filter((step) => step.changed);
  return (
    <>
      <h3 className={classes.part}>How it is read</h3>
      {stepped < whole && (
        <p className={classes.quiet}>The steps are shown of the first {counted(stepped, 'character')}.</p>
      )}
      <ol className={classes.steps}>
        {changed.map(({ step, text }) => (
          <li key={step}>
            <span className={classes.step}>{words(step)}</span>
            <span className={`passage ${classes.stepText ?? ''}`} dir="auto">
              {text}
            </span>
          </li>
        ))}
        <li>
          <span className={classes.step}>Plain reading</span>
          <span className={`passage ${classes.stepText ?? ''}`} dir="auto">
            {result.normalised}
          </span>
        </li>
        {readings.map(({ text, changes }) => (
          <li key={text}>
            <span className={classes.step}>
              Also, by {[...new Set(changes.flatMap((change) => change.steps))].join(', ')}
            </span>
            <span className={`passage ${classes.stepText ?? ''}`} dir="auto">
              {text}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
