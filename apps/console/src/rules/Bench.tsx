import { NativeSelect, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { SourceLabels } from '@vigil/contracts';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { Empty } from '../pieces/Empty.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { CONTEXT } from '../words/labels.js';
import { Backtests } from './Backtests.js';
import { BenchAnswer } from './BenchAnswer.js';
import { type Draft, DraftChoice } from './DraftChoice.js';
import { useBench } from './packs.js';
import classes from './bench.module.css';

const WAIT_MS = 250;
/** Longest text the bench takes; a post's own limit is far above what somebody reads here. */
const LONGEST = 20_000;

/** Paste a text: what it becomes, what matches, what speaks against it. Nothing of it is stored. Below, drafts on the log. */
export function Bench() {
  const [text, setText] = useState('');
  const [context, setContext] = useState<SourceLabels['context']>('unknown');
  const [draft, setDraft] = useState<Draft | null>(null);
  const [asked] = useDebouncedValue(text, WAIT_MS);
  const query = useBench(asked, context, draft);
  return (
    <section className={classes.bench} aria-label="Bench">
      <h2 className={classes.benchTitle}>Bench</h2>
      <p className={classes.quiet}>
        Paste a text to see what the rules make of it, step by step. It is stored nowhere.
      </p>
      <DraftChoice draft={draft} onChange={setDraft} />
      <Textarea
        label="Text"
        autosize
        minRows={4}
        maxRows={12}
        value={text}
        maxLength={LONGEST}
        onChange={(event) => setText(event.currentTarget.value)}
        dir="auto"
        styles={{ input: { fontSize: 15, lineHeight: 1.6 } }}
      />
      <NativeSelect
        mt="xs"
        w={260}
        size="xs"
        label="As if posted by a source whose voice is"
        value={context}
        onChange={(event) => setContext(event.currentTarget.value as SourceLabels['context'])}
        data={Object.entries(CONTEXT).map(([value, label]) => ({ value, label }))}
      />
      {text.trim() === '' && (
        <Empty icon={<FlaskConical />} title="What matches is shown here">
          Each match with the form it was recognised by, what was weighed against it, what only just missed,
          and each step of the reading.
        </Empty>
      )}
      {query.isError && (
        <ProblemNote
          what={draft ? 'The draft could not be tried' : 'The text could not be classified'}
          error={query.error}
          retry={() => void query.refetch()}
        />
      )}
      {text.trim() !== '' && query.data !== undefined && asked !== '' && (
        <BenchAnswer text={asked} result={query.data} />
      )}
      <Backtests draft={draft} />
    </section>
  );
}
