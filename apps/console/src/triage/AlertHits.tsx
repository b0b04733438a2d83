import { Button, Skeleton } from '@mantine/core';
import type { Alert } from '@vigil/contracts';
import { TextQuote } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'react-router';
import { HitCard } from '../hits/HitCard.js';
import { Empty } from '../pieces/Empty.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { useKeys } from '../pieces/use-keys.js';
import { useSourceNames } from '../sources/sources.js';
import { counted } from '../words/format.js';
import { useAlertHits } from './alerts.js';
import classes from './triage.module.css';

/** The alert's posts, newest first; `h` and `l` go through them. */
export function AlertHits({ alert }: { readonly alert: Alert }) {
  const query = useAlertHits(alert.id);
  const hits = useMemo(() => query.data?.pages.flatMap((page) => page.hits) ?? [], [query.data]);
  const total = query.data?.pages[0]?.total ?? alert.hits;
  const names = useSourceNames();
  const [chosen, setChosen] = useState<number | null>(null);
  const card = useRef<HTMLElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;

  const move = (step: 1 | -1) => {
    if (hits.length === 0) return;
    const next = chosen === null ? 0 : Math.min(hits.length - 1, Math.max(0, chosen + step));
    setChosen(next);
    if (next >= hits.length - 3 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  };
  useKeys({ l: () => move(1), h: () => move(-1) });
  useEffect(() => {
    if (chosen === null) return;
    card.current?.scrollIntoView({ block: 'nearest' });
    card.current?.focus({ preventScroll: true });
  }, [chosen]);

  const search = new URLSearchParams(
    alert.key.kind === 'slogan' ? { rules: alert.key.value } : { regions: alert.key.value },
  ).toString();
  return (
    <section aria-label="Hits" className={classes.hits}>
      <div className={classes.hitsHead}>
        <h3>{counted(total, 'hit')}, newest first</h3>
        {query.isSuccess && alert.hits > total && (
          <Button
            variant="light"
            size="compact-xs"
            loading={query.isRefetching}
            onClick={() => void query.refetch()}
          >
            {counted(alert.hits - total, 'new hit')}, show
          </Button>
        )}
        <Link to={`/search?${search}`}>Open in search</Link>
      </div>
      {query.isPending && [0, 1, 2].map((i) => <Skeleton key={i} height={120} />)}
      {query.isError && hits.length === 0 && (
        <ProblemNote
          what="The hits could not be read"
          error={query.error}
          retry={() => void query.refetch()}
        />
      )}
      {query.isSuccess && hits.length === 0 && (
        <Empty icon={<TextQuote />} title="Its hits are not in the index yet">
          They follow within a second or two of being counted; if they stay away, look at System.
        </Empty>
      )}
      {hits.map((found, i) => (
        <HitCard
          key={found.hit.post.id}
          ref={i === chosen ? card : null}
          found={found}
          sourceName={names.get(found.hit.post.sourceId)}
          chosen={i === chosen}
          onChoose={() => setChosen(i)}
        />
      ))}
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Load more
        </Button>
      )}
    </section>
  );
}
