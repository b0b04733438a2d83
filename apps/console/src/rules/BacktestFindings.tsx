import { Skeleton } from '@mantine/core';
import type { BacktestCounts, BacktestResult } from '@vigil/contracts';
import { useState, type ReactNode } from 'react';
import { MarkedText } from '../hits/MarkedText.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { Time } from '../pieces/Time.js';
import { useMay } from '../session/session.js';
import { counted, languageName, number } from '../words/format.js';
import { words } from '../words/labels.js';
import { useBacktestExamples } from './backtest-queries.js';
import classes from './bench.module.css';

/** Rows of a table: what matters stands first. */
const ROWS = 30;

interface Props {
  readonly id: string;
  readonly result: BacktestResult;
  readonly soFar: boolean;
}

/** What a draft adds and drops: in all, by rule with examples, by source, day and labelled context. */
export function BacktestFindings({ id, result, soFar }: Props) {
  const { total, rules, sources, days, labelled, unlisted } = result;
  const changed = rules.filter(({ added, dropped }) => added + dropped > 0);
  const [rule, setRule] = useState<string | null>(null);
  return (
    <>
      <p className={classes.verdict}>
        {soFar ? 'So far: of' : 'Of'} {counted(total.posts, 'post')} {number(total.live)} are hits now and{' '}
        {number(total.draft)} would be: {number(total.added)} added, {number(total.dropped)} dropped.
      </p>
      {changed.length === 0 ? (
        <p className={classes.quiet}>No rule changes on these posts.</p>
      ) : (
        <Changes
          name="Rule"
          rows={changed.slice(0, ROWS).map((one) => ({
            key: one.rule,
            label: (
              <button
                type="button"
                className={classes.link}
                aria-expanded={rule === one.rule}
                title="Show examples"
                onClick={() => setRule(rule === one.rule ? null : one.rule)}
              >
                <bdi>{one.title}</bdi>
              </button>
            ),
            counts: one,
            below: rule === one.rule ? <Examples id={id} rule={one.rule} /> : null,
          }))}
        />
      )}
      {unlisted.rules > 0 && <p className={classes.quiet}>Further rules are counted in the total alone.</p>}
      <Changes
        name="Source"
        rows={sources
          .slice(0, ROWS)
          .map((one) => ({ key: one.source, label: <bdi>{one.source}</bdi>, counts: one, posts: one.posts }))}
      />
      <Changes
        name="Day (UTC)"
        rows={days
          .slice(-ROWS)
          .map((one) => ({ key: one.day, label: one.day, counts: one, posts: one.posts }))}
      />
      <Changes
        name="Labelled set"
        rows={byLabel(labelled).map((one) => ({
          key: one.name,
          label: one.name,
          counts: one,
          posts: one.posts,
        }))}
      />
    </>
  );
}

interface Row {
  readonly key: string;
  readonly label: ReactNode;
  readonly posts?: number;
  readonly counts: Omit<BacktestCounts, 'posts'>;
  readonly below?: ReactNode;
}

function Changes({ name, rows }: { readonly name: string; readonly rows: readonly Row[] }) {
  if (rows.length === 0) return null;
  const withPosts = rows.some(({ posts }) => posts !== undefined);
  return (
    <table className={classes.changes}>
      <thead>
        <tr>
          <th scope="col">{name}</th>
          {withPosts && <th scope="col">Posts</th>}
          <th scope="col">Now</th>
          <th scope="col">Then</th>
          <th scope="col">Added</th>
          <th scope="col">Dropped</th>
        </tr>
      </thead>
      {rows.map(({ key, label, posts, counts, below }) => (
        <tbody key={key}>
          <tr>
            <th scope="row">{label}</th>
            {withPosts && <td>{number(posts ?? 0)}</td>}
            <td>{number(counts.live)}</td>
            <td>{number(counts.draft)}</td>
            <td data-some={counts.added > 0 || undefined}>{number(counts.added)}</td>
            <td data-some={counts.dropped > 0 || undefined}>{number(counts.dropped)}</td>
          </tr>
          {below !== null && below !== undefined && (
            <tr>
              <td colSpan={withPosts ? 6 : 5} className={classes.below}>
                {below}
              </td>
            </tr>
          )}
        </tbody>
      ))}
    </table>
  );
}

function Examples({ id, rule }: { readonly id: string; readonly rule: string }) {
  const allowed = useMay()('search.read');
  if (!allowed) return <p className={classes.quiet}>Who may search sees the posts here.</p>;
  return <ExamplePosts id={id} rule={rule} />;
}

function ExamplePosts({ id, rule }: { readonly id: string; readonly rule: string }) {
  const query = useBacktestExamples(id, rule);
  if (query.isError) return <ProblemNote what="The examples could not be read" error={query.error} />;
  if (!query.data) return <Skeleton height={60} />;
  if (query.data.length === 0)
    return <p className={classes.quiet}>None is kept: examples end with the posts they are of.</p>;
  return (
    <ul className={classes.list}>
      {query.data.map(({ change, postId, channel, language, collectedAt, excerpt, match }) => (
        <li key={`${change} ${postId}`} className={classes.example}>
          <div className={classes.quiet}>
            {change === 'added' ? 'Added' : 'Dropped'} · <bdi>{channel}</bdi> · {languageName(language)} ·{' '}
            <Time at={collectedAt} />
          </div>
          <MarkedText text={excerpt} language={language} matches={[match]} whole />
        </li>
      ))}
    </ul>
  );
}

/** All languages of a label and half together. */
function byLabel(labelled: BacktestResult['labelled']): (BacktestCounts & { readonly name: string })[] {
  const groups = Map.groupBy(labelled, ({ half, label }) => `${words(label)}, ${words(half).toLowerCase()}`);
  return [...groups].map(([name, ones]) => ({
    name,
    posts: sum(ones.map(({ posts }) => posts)),
    live: sum(ones.map(({ live }) => live)),
    draft: sum(ones.map(({ draft }) => draft)),
    added: sum(ones.map(({ added }) => added)),
    dropped: sum(ones.map(({ dropped }) => dropped)),
  }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
