import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { FieldChange, PackDiff, PartDiff, PhraseChange } from '@vigil/contracts';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { counted, languageName, number } from '../words/format.js';
import { words } from '../words/labels.js';
import { StateBadge } from './StateBadge.js';
import classes from './life.module.css';

/** Fields of a new or removed part that say what it is; the others are behind a click. */
const TELLING: ReadonlySet<string> = new Set(['severity', 'indicator', 'stance', 'context', 'reason']);
/** Entries of one list that are shown: nobody reads more, and a list of links has up to 100,000. */
const MOST_SHOWN = 100;
const CHANGE = { added: 'Added', removed: 'Removed', changed: 'Changed' } as const;

/** The difference that is being read, or why it could not be. */
export function PackDifference({ query }: { readonly query: UseQueryResult<PackDiff> }) {
  if (query.isError)
    return (
      <ProblemNote
        what="The difference could not be read"
        error={query.error}
        retry={() => void query.refetch()}
      />
    );
  return query.isPending ? <Skeleton height={160} /> : <PackDiffView diff={query.data} />;
}

/** What differs between two versions of a pack: states first, then rules, then what rules stand on. */
function PackDiffView({ diff }: { readonly diff: PackDiff }) {
  const parts: readonly [string, readonly PartDiff[]][] = [
    ['Rules', diff.rules],
    ['Second signs', diff.signs],
    ['Contexts', diff.contexts],
    ['References', diff.references],
  ];
  const moved = diff.states.filter(({ from, to }) => from !== null && to !== null);
  if (parts.every(([, list]) => list.length === 0) && diff.header.length === 0)
    return <p className={classes.quiet}>Nothing differs: the content is the same.</p>;
  return (
    <div className={classes.diff}>
      <p className={classes.quiet}>{summaryOf(diff)}</p>
      {moved.length > 0 && (
        <section aria-label="States">
          <h3>States</h3>
          <ul className={classes.plain}>
            {moved.map(({ rule, title, from, to }) => (
              <li key={rule} className={classes.moved}>
                <bdi>{title}</bdi>
                {from && <StateBadge state={from} />}
                <span aria-label="becomes">→</span>
                {to && <StateBadge state={to} />}
              </li>
            ))}
          </ul>
        </section>
      )}
      {parts.map(
        ([title, list]) =>
          list.length > 0 && (
            <section key={title} aria-label={title}>
              <h3>{title}</h3>
              <ul className={classes.plain}>
                {list.map((part) => (
                  <Part key={part.id} part={part} />
                ))}
              </ul>
            </section>
          ),
      )}
      {diff.header.length > 0 && (
        <section aria-label="The pack itself">
          <h3>The pack itself</h3>
          <Fields fields={diff.header} />
        </section>
      )}
    </div>
  );
}

/** `2 rules changed, 1 added; 3 phrases added, 1 removed`. */
function summaryOf({ rules }: PackDiff): string {
  const of = (change: PartDiff['change']) => rules.filter((rule) => rule.change === change).length;
  const phrases = rules.flatMap((rule) => rule.phrases);
  const added = phrases.reduce((sum, one) => sum + one.added.length, 0);
  const removed = phrases.reduce((sum, one) => sum + one.removed.length, 0);
  const said = [
    of('changed') > 0 && `${counted(of('changed'), 'rule')} changed`,
    of('added') > 0 && `${counted(of('added'), 'rule')} added`,
    of('removed') > 0 && `${counted(of('removed'), 'rule')} removed`,
    added > 0 && `${counted(added, 'phrase')} added`,
    removed > 0 && `${counted(removed, 'phrase')} removed`,
  ].filter((part) => part !== false);
  return said.length > 0 ? `${said.join(', ')}.` : 'No rule differs.';
}

function Part({ part }: { readonly part: PartDiff }) {
  const whole = part.change !== 'changed';
  const first = whole ? part.fields.filter(({ field }) => TELLING.has(field)) : part.fields;
  const rest = whole ? part.fields.filter(({ field }) => !TELLING.has(field)) : [];
  return (
    <li className={classes.part}>
      <div className={classes.partHead}>
        <strong>
          <bdi>{part.title}</bdi>
        </strong>
        <span className={classes.change} data-change={part.change}>
          {CHANGE[part.change]}
        </span>
      </div>
      <Fields fields={first} />
      {part.phrases.map((phrases) => (
        <Phrases key={`${phrases.list} ${phrases.language}`} phrases={phrases} />
      ))}
      {rest.length > 0 && (
        <details>
          <summary>All fields</summary>
          <Fields fields={rest} />
        </details>
      )}
    </li>
  );
}

function Fields({ fields }: { readonly fields: readonly FieldChange[] }) {
  if (fields.length === 0) return null;
  return (
    <dl className={classes.fields}>
      {fields.map(({ field, from, to }) => (
        <div key={field}>
          <dt>{words(field)}</dt>
          <dd>
            {from !== null && (
              <del>
                <bdi>{valueWords(from)}</bdi>
              </del>
            )}{' '}
            {to !== null && (
              <ins>
                <bdi>{valueWords(to)}</bdi>
              </ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Phrases({ phrases: { list, language, added, removed } }: { readonly phrases: PhraseChange }) {
  const more = Math.max(0, added.length - MOST_SHOWN) + Math.max(0, removed.length - MOST_SHOWN);
  return (
    <div className={classes.phrases}>
      <span className={classes.quiet}>{listWords(list, language)}</span>
      <span>
        {removed.slice(0, MOST_SHOWN).map((phrase) => (
          <del key={phrase} lang={language}>
            <bdi>{phrase}</bdi>
          </del>
        ))}
        {added.slice(0, MOST_SHOWN).map((phrase) => (
          <ins key={phrase} lang={language}>
            <bdi>{phrase}</bdi>
          </ins>
        ))}
        {more > 0 && <span className={classes.quiet}>and {number(more)} more</span>}
      </span>
    </div>
  );
}

/** `Arabic` for phrases, `Unless, Arabic` for another list, `Links` for one without languages. */
function listWords(list: string, language: string): string {
  if (language === 'und') return words(list);
  return list === 'phrases' ? languageName(language) : `${words(list)}, ${languageName(language)}`;
}

/** A value as the pack writes it: words as they are, lists by comma, anything else as JSON. */
function valueWords(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '“”' : value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string'))
    return value.length === 0 ? 'none' : value.join(', ');
  return JSON.stringify(value);
}
