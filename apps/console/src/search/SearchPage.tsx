import { Button, NativeSelect, Skeleton } from '@mantine/core';
import { SearchX } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import { Problem } from '../api/client.js';
import { takeNewHits, useLive } from '../api/live.js';
import { HitCard } from '../hits/HitCard.js';
import { Empty } from '../pieces/Empty.js';
import { useTitle } from '../pieces/Page.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { useKeys } from '../pieces/use-keys.js';
import { useSourceNames } from '../sources/sources.js';
import { counted } from '../words/format.js';
import { Facets } from './Facets.js';
import { QueryLine } from './QueryLine.js';
import { useResults, useTimeline } from './results.js';
import { readSearch, type Search, toggled, writeSearch } from './search-address.js';
import { Timeline } from './Timeline.js';
import classes from './search.module.css';

/** Every hit there is, narrowed by words, time and facets; the address is the search. */
export function SearchPage() {
  useTitle('Search');
  const [params, setParams] = useSearchParams();
  const search = useMemo(() => readSearch(params), [params]);
  const [askedAt, setAskedAt] = useState(() => Date.now());
  const results = useResults(search, askedAt);
  const timeline = useTimeline(search, askedAt);
  const names = useSourceNames();
  const go = (next: Search) => setParams(writeSearch(next));

  const hits = useMemo(() => results.data?.pages.flatMap((page) => page.hits) ?? [], [results.data]);
  const page = results.data?.pages[0];
  const refused = results.error instanceof Problem && results.error.status === 400 ? results.error : null;

  const [chosen, setChosen] = useState<number | null>(null);
  const card = useRef<HTMLElement>(null);
  const move = (step: 1 | -1) => {
    if (hits.length === 0) return;
    const next = chosen === null ? 0 : Math.min(hits.length - 1, Math.max(0, chosen + step));
    setChosen(next);
    if (next >= hits.length - 3 && results.hasNextPage && !results.isFetchingNextPage)
      void results.fetchNextPage();
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
  useEffect(() => {
    if (chosen === null) return;
    card.current?.scrollIntoView({ block: 'nearest' });
    card.current?.focus({ preventScroll: true });
  }, [chosen]);
  useEffect(() => setChosen(null), [params]);

  return (
    <div className={classes.search}>
      <div className={classes.top}>
        <h1 className="unseen">Search</h1>
        <QueryLine key={search.text} search={search} error={refused} onSearch={go} />
      </div>
      <div className={classes.body}>
        <Facets
          facets={results.isError ? {} : page?.facets}
          search={search}
          onToggle={(facet, value) => go(toggled(search, facet, value))}
          onSearch={go}
        />
        <section className={classes.results} aria-label="Results" aria-busy={results.isFetching}>
          <Timeline
            timeline={timeline}
            onNarrow={(from, to) => go({ ...search, range: 'custom', from, to })}
          />
          <div className={classes.resultsHead}>
            <div role="status">
              <h2>
                {page === undefined
                  ? results.isError
                    ? 'No result'
                    : 'Searching'
                  : counted(page.total, 'hit')}
              </h2>
            </div>
            <NewHits onTake={() => setAskedAt(Date.now())} />
            <NativeSelect
              aria-label="Order of the results"
              size="xs"
              variant="unstyled"
              w={120}
              value={search.order}
              onChange={(event) =>
                go({ ...search, order: event.currentTarget.value === 'oldest' ? 'oldest' : 'newest' })
              }
              data={[
                { value: 'newest', label: 'Newest first' },
                { value: 'oldest', label: 'Oldest first' },
              ]}
            />
          </div>
          {results.isPending && [0, 1, 2, 3].map((i) => <Skeleton key={i} height={120} />)}
          {results.isError && refused === null && (
            <ProblemNote
              what="The search did not work"
              error={results.error}
              retry={() => void results.refetch()}
            />
          )}
          {refused !== null && (
            <Empty icon={<SearchX />} title="This search cannot be read">
              {refused.message}
            </Empty>
          )}
          {results.isSuccess && hits.length === 0 && (
            <Empty icon={<SearchX />} title="No post matches">
              Take a filter away, widen the time, or tolerate small differences with word~.
            </Empty>
          )}
          {refused === null &&
            hits.map((found, i) => (
              <HitCard
                key={found.hit.post.id}
                ref={i === chosen ? card : null}
                found={found}
                sourceName={names.get(found.hit.post.sourceId)}
                chosen={i === chosen}
                onChoose={() => setChosen(i)}
              />
            ))}
          {refused === null && results.hasNextPage && (
            <Button
              variant="default"
              loading={results.isFetchingNextPage}
              onClick={() => void results.fetchNextPage()}
            >
              Load more
            </Button>
          )}
        </section>
      </div>
    </div>
  );
}

/** Says that hits came in since; they are shown when asked for, so that nothing jumps. */
function NewHits({ onTake }: { readonly onTake: () => void }) {
  const { newHits } = useLive();
  useEffect(() => takeNewHits, []);
  if (newHits === 0) return <span />;
  return (
    <Button
      variant="light"
      size="compact-xs"
      onClick={() => {
        takeNewHits();
        onTake();
      }}
    >
      {counted(newHits, 'new hit')} since, look again
    </Button>
  );
}
