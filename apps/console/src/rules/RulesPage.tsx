import { Skeleton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { BookOpen } from 'lucide-react';
import { Empty } from '../pieces/Empty.js';
import { useTitle } from '../pieces/Page.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { Splitter, usePaneWidth } from '../pieces/Splitter.js';
import { Bench } from './Bench.js';
import { PackRules } from './PackRules.js';
import { Proposals } from './Proposals.js';
import { usePacks } from './packs.js';
import classes from './rules.module.css';

/** What is looked for, with its references, and a bench to try a text on. */
export function RulesPage() {
  useTitle('Rules');
  const query = usePacks();
  const pane = usePaneWidth('rules', 560, [360, 820]);
  const wide = useMediaQuery('(min-width: 960px)', true, { getInitialValueInEffect: false });
  return (
    <div className={classes.rules}>
      <section className={classes.packs} style={wide ? { width: pane.width } : undefined} aria-label="Packs">
        <h1 className={classes.title}>Rules</h1>
        {query.isError && (
          <ProblemNote
            what="The rules could not be read"
            error={query.error}
            retry={() => void query.refetch()}
          />
        )}
        {query.isPending && <Skeleton height={300} />}
        {query.data?.length === 0 && (
          <Empty icon={<BookOpen />} title="No pack is published">
            Without a pack nothing matches. Packs in the packs folder are published when the program starts.
          </Empty>
        )}
        <Proposals />
        {query.data?.map((pack) => (
          <PackRules key={pack.name} pack={pack} />
        ))}
      </section>
      {wide && <Splitter pane={pane} label="Width of the rules" />}
      <Bench />
    </div>
  );
}
