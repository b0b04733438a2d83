import { Button, Skeleton, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { AuditEntry } from '@vigil/contracts';
import { ScrollText, ShieldAlert, ShieldCheck } from 'lucide-react';
import { useMemo } from 'react';
import { z } from 'zod';
import { call } from '../api/client.js';
import { CopyValue } from '../pieces/CopyValue.js';
import { Empty } from '../pieces/Empty.js';
import { Page } from '../pieces/Page.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { Time } from '../pieces/Time.js';
import { actionWords, detailWords } from './audit-words.js';
import classes from './audit.module.css';

const PAGE_SIZE = 50;
const AuditPageAnswer = z.object({
  entries: z.array(AuditEntry),
  next: z.string().nullable(),
  /** The first entry at which the chain does not hold; null while it is whole. Only on the first page. */
  brokenAt: z.number().int().nullable().optional(),
});

function useAudit() {
  return useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam, signal }) =>
      call('GET', '/audit', AuditPageAnswer, { query: { size: PAGE_SIZE, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
}

/** Who did what, newest first. */
export function AuditPage() {
  const query = useAudit();
  const entries = useMemo(() => query.data?.pages.flatMap((page) => page.entries) ?? [], [query.data]);
  return (
    <Page
      title="Audit"
      about="Everything that somebody or the program did. Each entry holds the hash of the one before, so that none can be changed or taken out unseen."
    >
      {query.isError && (
        <ProblemNote
          what="The audit could not be read"
          error={query.error}
          retry={() => void query.refetch()}
        />
      )}
      {query.isPending && <Skeleton height={320} />}
      {query.isSuccess && entries.length === 0 && (
        <Empty icon={<ScrollText />} title="Nothing has been recorded yet" />
      )}
      {query.data !== undefined && <Chain brokenAt={query.data.pages[0]?.brokenAt} />}
      {entries.length > 0 && (
        <div className={classes.box}>
          <Table verticalSpacing={6} className={classes.table}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>Who</Table.Th>
                <Table.Th>What</Table.Th>
                <Table.Th>To</Table.Th>
                <Table.Th>Entry</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {entries.map((entry) => (
                <Table.Tr key={entry.seq}>
                  <Table.Td className={classes.when}>
                    <Time at={entry.at} />
                  </Table.Td>
                  <Table.Td>
                    <bdi>{entry.actor}</bdi>
                  </Table.Td>
                  <Table.Td>
                    {actionWords(entry.action)}
                    <div className={classes.detail}>{detailWords(entry.detail)}</div>
                  </Table.Td>
                  <Table.Td className={classes.subject}>
                    <CopyValue value={entry.subject} label="subject" />
                  </Table.Td>
                  <Table.Td className={classes.hash}>
                    <span className="numbers">{entry.seq}</span>{' '}
                    <CopyValue value={entry.hash} label="hash of the entry" />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {query.hasNextPage && (
        <Button
          variant="default"
          mt="md"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Load more
        </Button>
      )}
    </Page>
  );
}

/** Whether every entry's hash still follows from the one before. */
function Chain({ brokenAt }: { readonly brokenAt: number | null | undefined }) {
  if (brokenAt === undefined) return null;
  if (brokenAt === null)
    return (
      <p className={classes.chain} data-whole>
        <ShieldCheck size={16} aria-hidden /> The chain is whole.
      </p>
    );
  return (
    <p className={classes.chain} role="alert">
      <ShieldAlert size={16} aria-hidden /> The chain does not hold at entry {brokenAt}: it or one before it
      was changed or taken out.
    </p>
  );
}
