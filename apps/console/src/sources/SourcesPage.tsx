import { Button, Skeleton, Table } from '@mantine/core';
import type { Source } from '@vigil/contracts';
import { Plus, Radio } from 'lucide-react';
import { type Ref, useMemo, useRef } from 'react';
import { useSearchParams } from 'react-router';
import { DemoBadge } from '../pieces/DemoBadge.js';
import { Empty } from '../pieces/Empty.js';
import { Page } from '../pieces/Page.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { SidePanel } from '../pieces/SidePanel.js';
import { Time } from '../pieces/Time.js';
import { useKeys } from '../pieces/use-keys.js';
import { useNow } from '../pieces/use-now.js';
import { useMay } from '../session/session.js';
import { languageName, number, regionName } from '../words/format.js';
import { CONTEXT } from '../words/labels.js';
import { Health, Until } from './health.js';
import { SourceForm } from './SourceForm.js';
import { SourcePanel } from './SourcePanel.js';
import { useSources } from './sources.js';
import classes from './sources.module.css';

/** Every source that is watched, why, until when, and how it is. */
export function SourcesPage() {
  const query = useSources();
  const may = useMay();
  const [params, setParams] = useSearchParams();
  const id = params.get('id');
  const adding = params.has('new');
  const sources = useMemo(() => [...(query.data ?? [])].sort(byNeed), [query.data]);
  const chosen = sources.find((source) => source.id === id);
  const open = (next: Record<string, string>) => setParams(next);
  const table = useRef<HTMLDivElement>(null);
  const move = (step: 1 | -1) => {
    const names = [...(table.current?.querySelectorAll('button') ?? [])];
    const at = names.findIndex((name) => name === document.activeElement);
    names[at === -1 ? 0 : at + step]?.focus();
  };
  useKeys({ j: () => move(1), k: () => move(-1) });

  const add = may('sources.write') && (
    <Button leftSection={<Plus size={15} aria-hidden />} onClick={() => open({ new: '1' })}>
      Add a source
    </Button>
  );
  return (
    <Page
      title="Sources"
      about="Only these public channels are read, each for a reason somebody approved; past its date a source stops by itself."
      actions={add}
    >
      {query.isError && (
        <ProblemNote
          what="The sources could not be read"
          error={query.error}
          retry={() => void query.refetch()}
        />
      )}
      {query.isPending && <Skeleton height={260} />}
      {query.isSuccess && sources.length === 0 && (
        <Empty icon={<Radio />} title="No source is watched yet">
          Add the first one: its address, why it is watched, who approved that, and until when.
          <div style={{ marginTop: 12 }}>{add}</div>
        </Empty>
      )}
      {sources.length > 0 && (
        <SourceTable ref={table} sources={sources} chosen={id} onOpen={(source) => open({ id: source })} />
      )}
      <SidePanel
        opened={adding || chosen !== undefined}
        onClose={() => open({})}
        width={520}
        title={<bdi>{adding ? 'Add a source' : chosen?.name}</bdi>}
      >
        {adding && <SourceForm onDone={(added) => open({ id: added })} onCancel={() => open({})} />}
        {!adding && chosen !== undefined && (
          <SourcePanel key={chosen.id} source={chosen} onRemoved={() => open({})} />
        )}
      </SidePanel>
    </Page>
  );
}

const NEED: Record<Source['health']['state'], number> = {
  failing: 0,
  expired: 1,
  waiting: 2,
  collecting: 3,
  ok: 3,
  paused: 4,
};

/** What needs somebody first; then by name. */
function byNeed(a: Source, b: Source): number {
  return NEED[a.health.state] - NEED[b.health.state] || a.name.localeCompare(b.name);
}

interface TableProps {
  readonly ref: Ref<HTMLDivElement>;
  readonly sources: readonly Source[];
  readonly chosen: string | null;
  readonly onOpen: (id: string) => void;
}

function SourceTable({ ref, sources, chosen, onOpen }: TableProps) {
  const now = useNow();
  return (
    <div className={classes.tableBox} ref={ref}>
      <Table verticalSpacing={7} className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Source</Table.Th>
            <Table.Th>How it is</Table.Th>
            <Table.Th>Region and languages</Table.Th>
            <Table.Th>Voice</Table.Th>
            <Table.Th>Last read</Table.Th>
            <Table.Th ta="end">Posts</Table.Th>
            <Table.Th>Approved</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sources.map((source) => (
            <Table.Tr
              key={source.id}
              data-chosen={source.id === chosen || undefined}
              onClick={() => onOpen(source.id)}
            >
              <Table.Td>
                <button type="button" className={classes.name} onClick={() => onOpen(source.id)}>
                  <bdi>{source.name}</bdi>
                </button>{' '}
                {source.demo && <DemoBadge />}
                <div className={classes.quiet}>{source.locator.kind === 'rss' ? 'Feed' : 'Import'}</div>
              </Table.Td>
              <Table.Td>
                <Health source={source} />
                {source.health.lastError !== null && (
                  <div className={classes.lastError}>{source.health.lastError}</div>
                )}
              </Table.Td>
              <Table.Td>
                {regionName(source.labels.region)}
                <div className={classes.quiet}>
                  {source.labels.languages.map((tag) => languageName(tag)).join(', ')}
                </div>
              </Table.Td>
              <Table.Td className={classes.nowrap}>{CONTEXT[source.labels.context]}</Table.Td>
              <Table.Td>
                {source.health.lastSuccessAt === null ? (
                  '–'
                ) : (
                  <Time at={source.health.lastSuccessAt} as="ago" />
                )}
              </Table.Td>
              <Table.Td ta="end" className="numbers">
                {number(source.health.postsCollected)}
              </Table.Td>
              <Table.Td>
                <Until source={source} now={now} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
