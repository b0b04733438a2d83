import { NativeSelect, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { Match, SourceLabels } from '@vigil/contracts';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { MarkedText } from '../hits/MarkedText.js';
import { Weighed } from '../hits/Weighed.js';
import { Empty } from '../pieces/Empty.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { SeverityMark } from '../pieces/SeverityMark.js';
import { counted, languageName } from '../words/format.js';
import { CONTEXT, INDICATOR } from '../words/labels.js';
import { type Classified, useClassified } from './packs.js';
import classes from './rules.module.css';

const WAIT_MS = 250;
/** Longest text the bench takes; a post's own limit is far above what somebody reads here. */
const LONGEST = 20_000;

/** Paste a text: what it becomes, what matches, what speaks against it. Nothing of it is stored. */
export function Bench() {
  const [text, setText] = useState('');
  const [context, setContext] = useState<SourceLabels['context']>('unknown');
  const [asked] = useDebouncedValue(text, WAIT_MS);
  const query = useClassified(asked, context);
  return (
    <section className={classes.bench} aria-label="Bench">
      <h2 className={classes.benchTitle}>Bench</h2>
      <p className={classes.quiet}>
        Paste a text to see what the live rules make of it. It is stored nowhere.
      </p>
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
          Each match with the form it was recognised by, and each context that was weighed against it.
        </Empty>
      )}
      {query.isError && (
        <ProblemNote
          what="The text could not be classified"
          error={query.error}
          retry={() => void query.refetch()}
        />
      )}
      {text.trim() !== '' && query.data !== undefined && asked !== '' && (
        <Result text={asked} result={query.data} />
      )}
    </section>
  );
}

function Result({ text, result }: { readonly text: string; readonly result: Classified }) {
  const { matches, cancelled, exclusions, nearMisses } = result;
  return (
    <div className={classes.result} aria-live="polite">
      <p className={classes.verdict}>
        {matches.length > 0
          ? `${counted(matches.length, 'match', 'matches')}: this would be a hit.`
          : cancelled.length > 0
            ? `${counted(cancelled.length, 'match', 'matches')}, cancelled: this would not be a hit.`
            : 'Nothing matches.'}
      </p>
      {(matches.length > 0 || exclusions.length > 0 || cancelled.length > 0) && (
        <div className={classes.marked}>
          <MarkedText
            text={text}
            language={null}
            matches={[...matches, ...cancelled]}
            exclusions={exclusions}
            whole
          />
        </div>
      )}
      <Matches matches={matches} />
      <Matches matches={result.shadow ?? []} standing="In shadow: raises nothing" />
      <Matches matches={cancelled} standing="Cancelled" />
      <Matches matches={nearMisses} standing="Near miss: lacks a second sign" />
      <Weighed exclusions={exclusions} cancelled={cancelled} />
      <h3 className={classes.category}>Normalised</h3>
      <div className={`passage ${classes.normalised ?? ''}`} dir="auto">
        {result.normalised}
      </div>
    </div>
  );
}

function Matches({ matches, standing }: { readonly matches: readonly Match[]; readonly standing?: string }) {
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
              {languageName(match.language)}, matched as <bdi>{match.normalised}</bdi>
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}
