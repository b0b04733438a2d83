import { Button, Menu, Skeleton } from '@mantine/core';
import type { Source } from '@vigil/contracts';
import { Ellipsis, Pause, Pencil, Play, RefreshCw, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { CopyValue } from '../pieces/CopyValue.js';
import { DemoBadge } from '../pieces/DemoBadge.js';
import { Time } from '../pieces/Time.js';
import { useMay } from '../session/session.js';
import { counted, duration, languageName, approvalDay, number, regionName } from '../words/format.js';
import { CONTEXT } from '../words/labels.js';
import { Health, isFedByImport } from './health.js';
import { RemoveSource } from './RemoveSource.js';
import { SourceForm } from './SourceForm.js';
import { useChangeSource, useHitCount, usePollNow, useSourceProblems } from './sources.js';
import classes from './sources.module.css';

/** What could not be taken, listed under a source. */
const MOST_PROBLEMS = 20;

interface Props {
  readonly source: Source;
  readonly onRemoved: () => void;
}

/** One source: how it is, why it is watched, what went wrong, and what can be done. */
export function SourcePanel({ source, onRemoved }: Props) {
  const [doing, setDoing] = useState<'look' | 'edit' | 'remove'>('look');
  if (doing === 'edit')
    return <SourceForm source={source} onDone={() => setDoing('look')} onCancel={() => setDoing('look')} />;
  if (doing === 'remove')
    return <RemoveSource source={source} onRemoved={onRemoved} onCancel={() => setDoing('look')} />;
  return (
    <div>
      <Actions source={source} onEdit={() => setDoing('edit')} onRemove={() => setDoing('remove')} />
      {source.health.lastError !== null && <p className={classes.errorNote}>{source.health.lastError}</p>}
      <dl className={classes.facts}>
        <Fact name="How it is">
          <Health source={source} /> {source.demo && <DemoBadge />}
        </Fact>
        <Fact name="Why">
          <span dir="auto">{source.justification.reason}</span>
        </Fact>
        <Fact name="Approved">
          by <bdi>{source.justification.approvedBy}</bdi> until {approvalDay(source.justification.until)}
        </Fact>
        <Fact name="Reads">{<Address source={source} />}</Fact>
        {!isFedByImport(source) && (
          <Fact name="How often">every {duration(source.schedule.everySeconds * 1_000)}</Fact>
        )}
        <Fact name="Last read">
          {source.health.lastSuccessAt === null ? (
            'Not yet'
          ) : (
            <Time at={source.health.lastSuccessAt} as="ago" />
          )}
        </Fact>
        {!isFedByImport(source) && (
          <Fact name="Next">
            {source.health.nextPollAt === null ? (
              'Not planned'
            ) : (
              <Time at={source.health.nextPollAt} as="ago" />
            )}
          </Fact>
        )}
        <Fact name="Region">{regionName(source.labels.region)}</Fact>
        <Fact name="Languages">
          {source.labels.languages.map((tag) => languageName(tag)).join(', ') || 'Not known'}
        </Fact>
        <Fact name="Voice">{CONTEXT[source.labels.context]}</Fact>
        {source.labels.actor && (
          <Fact name="Behind it">
            <bdi>{source.labels.actor.name}</bdi> ({source.labels.actor.affiliation})
          </Fact>
        )}
        <Fact name="Posts">
          {number(source.health.postsCollected)} · <HitsLink id={source.id} />
        </Fact>
        <Fact name="Id">
          <CopyValue value={source.id} label="source id" />
        </Fact>
      </dl>
      <Problems id={source.id} />
    </div>
  );
}

function Actions({ source, onEdit, onRemove }: { source: Source; onEdit: () => void; onRemove: () => void }) {
  const may = useMay();
  const change = useChangeSource();
  const poll = usePollNow();
  if (!may('sources.write')) return null;
  const error = change.error ?? poll.error;
  return (
    <div className={classes.actions}>
      <Button
        variant="default"
        leftSection={<RefreshCw size={14} aria-hidden />}
        loading={poll.isPending}
        disabled={source.paused || source.health.state === 'expired'}
        onClick={() => poll.mutate(source.id)}
      >
        Read now
      </Button>
      <Button
        variant="default"
        leftSection={source.paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
        loading={change.isPending}
        onClick={() => change.mutate({ id: source.id, patch: { paused: !source.paused } })}
      >
        {source.paused ? 'Resume' : 'Pause'}
      </Button>
      <Button variant="default" leftSection={<Pencil size={14} aria-hidden />} onClick={onEdit}>
        Edit
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" aria-label="More">
            <Ellipsis size={15} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Trash2 size={14} />} onClick={onRemove}>
            Remove…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {poll.isSuccess && !poll.isPending && error === null && (
        <span role="status" className={classes.quiet}>
          Asked to read now.
        </span>
      )}
      {error !== null && (
        <p role="alert" className={classes.errorNote}>
          {error.message}
        </p>
      )}
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Address({ source }: { readonly source: Source }) {
  const { locator } = source;
  if (locator.kind === 'rss') return <CopyValue value={locator.url} label="address" />;
  const mode = {
    once: 'once, to the end',
    follow: 'and follows it as it grows',
    replay: 'against the clock',
  }[locator.mode];
  if (locator.from === undefined) return <>lines sent to /api by an import</>;
  return (
    <>
      <CopyValue
        value={typeof locator.from === 'string' ? locator.from : locator.from.file}
        label="address"
      />{' '}
      {mode}
      {locator.backfill && ', as history'}
    </>
  );
}

function HitsLink({ id }: { readonly id: string }) {
  const hits = useHitCount(id);
  return (
    <Link to={`/search?${new URLSearchParams({ sources: id }).toString()}`}>
      {hits.data === undefined ? 'its hits' : counted(hits.data, 'hit')}
    </Link>
  );
}

function Problems({ id }: { readonly id: string }) {
  const query = useSourceProblems(id);
  if (query.isPending) return <Skeleton height={60} />;
  if (!query.isSuccess || query.data.total === 0) return null;
  const { total, problems } = query.data;
  return (
    <section className={classes.problems}>
      <h3>{counted(total, 'line or entry', 'lines and entries')} could not be taken; the newest:</h3>
      <ul>
        {problems.slice(0, MOST_PROBLEMS).map((problem) => (
          <li key={`${problem.at} ${problem.place} ${problem.message}`}>
            <Time at={problem.at} /> <bdi>{problem.place}</bdi>: <span dir="auto">{problem.message}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
