import { Button, TextInput } from '@mantine/core';
import { Search as SearchIcon } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import type { Problem } from '../api/client.js';
import { useKeys } from '../pieces/use-keys.js';
import { localFull } from '../words/format.js';
import { adviceOn, type Range, RANGES, type Search } from './search-address.js';
import classes from './search.module.css';

interface Props {
  readonly search: Search;
  /** Why the server did not take the search. */
  readonly error: Problem | null;
  readonly onSearch: (search: Search) => void;
}

/** Words, phrases and time. What cannot be read is said under the line it stands in. */
export function QueryLine({ search, error, onSearch }: Props) {
  const [text, setText] = useState(search.text);
  const input = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => input.current?.focus() });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    onSearch({ ...search, text: text.trim() });
  };
  const said =
    text === search.text ? error?.fields.find((field) => field.path === 'text')?.message : undefined;
  const elsewhere =
    error !== null && error.fields.some((field) => field.path !== 'text') ? error.message : undefined;
  return (
    <form onSubmit={onSubmit} role="search" className={classes.line}>
      <div className={classes.lineTop}>
        <TextInput
          ref={input}
          className={classes.lineInput}
          size="md"
          aria-label="Search the hits"
          placeholder='words, "a phrase", word~ for small differences, -without'
          leftSection={<SearchIcon size={17} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={said}
          description={said === undefined ? adviceOn(text) : undefined}
          inputWrapperOrder={['input', 'error', 'description']}
          maxLength={1_000}
          dir="auto"
          spellCheck={false}
        />
        <Button type="submit" size="md" className={classes.lineButton}>
          Search
        </Button>
      </div>
      <div className={classes.ranges} role="group" aria-label="Time">
        {(Object.keys(RANGES) as Exclude<Range, 'custom'>[]).map((range) => (
          <button
            key={range}
            type="button"
            className={classes.range}
            aria-pressed={search.range === range}
            onClick={() => onSearch({ ...search, range, from: null, to: null })}
          >
            {RANGES[range].name}
          </button>
        ))}
        {search.range === 'custom' && (
          <span className={classes.custom}>
            {search.from === null ? 'from the beginning' : localFull(search.from)} –{' '}
            {search.to === null ? 'now' : localFull(search.to)}
          </span>
        )}
        {elsewhere !== undefined && (
          <span className={classes.elsewhere} role="alert">
            {elsewhere}
          </span>
        )}
      </div>
    </form>
  );
}
