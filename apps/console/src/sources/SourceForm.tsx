import {
  Button,
  NativeSelect,
  NumberInput,
  SegmentedControl,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { Source } from '@vigil/contracts';
import { type FormEvent, useState } from 'react';
import { Problem } from '../api/client.js';
import { CONTEXT } from '../words/labels.js';
import { checkFields, EMPTY, fieldsOf, idFrom, type SourceFields } from './draft.js';
import { ImportFields } from './ImportFields.js';
import { useAddSource, useChangeSource } from './sources.js';
import classes from './sources.module.css';

interface Props {
  /** Absent: a new one. */
  readonly source?: Source;
  readonly onDone: (id: string) => void;
  readonly onCancel: () => void;
}

/** A source's fields, checked by the same schema as on the server; each error stands at its field. */
export function SourceForm({ source, onDone, onCancel }: Props) {
  const [fields, setFields] = useState<SourceFields>(() => (source ? fieldsOf(source) : EMPTY));
  const [tried, setTried] = useState(false);
  const add = useAddSource();
  const change = useChangeSource();
  const write = source ? change : add;
  const checked = checkFields(fields, source);

  const set = (changes: Partial<SourceFields>) => {
    add.reset();
    change.reset();
    setFields((now) => ({ ...now, ...changes }));
  };
  // The id follows the name until somebody writes one.
  const setName = (name: string) =>
    set({ name, ...(source === undefined && fields.id === idFrom(fields.name) && { id: idFrom(name) }) });

  const refused = new Map(
    write.error instanceof Problem ? write.error.fields.map((f) => [f.path, f.message]) : [],
  );
  const error = (path: string): string | undefined =>
    refused.get(path) ?? (tried ? checked.errors?.get(path) : undefined);

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (checked.draft === null) return;
    const { draft } = checked;
    if (source === undefined) add.mutate(draft, { onSuccess: () => onDone(draft.id) });
    else {
      const { id, paused: _, ...patch } = draft;
      change.mutate({ id, patch }, { onSuccess: () => onDone(id) });
    }
  };

  return (
    <form onSubmit={onSubmit} className={classes.form} noValidate>
      <TextInput
        label="Name"
        value={fields.name}
        onChange={(e) => setName(e.currentTarget.value)}
        error={error('name')}
        dir="auto"
        data-autofocus
        withAsterisk
      />
      {source === undefined && (
        <TextInput
          label="Id"
          description="In addresses and labels, for good: lower-case letters, digits and dashes."
          value={fields.id}
          onChange={(e) => set({ id: e.currentTarget.value })}
          error={error('id')}
          dir="ltr"
          withAsterisk
        />
      )}
      <SegmentedControl
        aria-label="Kind"
        value={fields.kind}
        onChange={(kind) => set({ kind: kind === 'import' ? 'import' : 'rss' })}
        data={[
          { value: 'rss', label: 'Feed (RSS, Atom, JSON)' },
          { value: 'import', label: 'Import (NDJSON)' },
        ]}
      />
      {fields.kind === 'rss' ? (
        <TextInput
          label="Address of the feed"
          type="url"
          placeholder="https://…"
          value={fields.url}
          onChange={(e) => set({ url: e.currentTarget.value })}
          error={error('locator.url')}
          dir="ltr"
          withAsterisk
        />
      ) : (
        <ImportFields fields={fields} set={set} error={error} />
      )}
      <fieldset className={classes.group}>
        <legend>Why it is watched</legend>
        <Textarea
          label="Reason"
          description="For who asks in a year: what the channel is, and what is looked for in it."
          autosize
          minRows={2}
          value={fields.reason}
          onChange={(e) => set({ reason: e.currentTarget.value })}
          error={error('justification.reason')}
          dir="auto"
          withAsterisk
        />
        <div className={classes.pair}>
          <TextInput
            label="Approved by"
            value={fields.approvedBy}
            onChange={(e) => set({ approvedBy: e.currentTarget.value })}
            error={error('justification.approvedBy')}
            dir="auto"
            withAsterisk
          />
          <TextInput
            label="Until"
            type="date"
            value={fields.until}
            onChange={(e) => set({ until: e.currentTarget.value })}
            error={error('justification.until')}
            withAsterisk
          />
        </div>
      </fieldset>
      <fieldset className={classes.group}>
        <legend>What is known of it</legend>
        <div className={classes.pair}>
          <TextInput
            label="Region"
            value={fields.region}
            onChange={(e) => set({ region: e.currentTarget.value })}
            error={error('labels.region')}
            dir="ltr"
          />
          <NativeSelect
            label="Voice"
            value={fields.context}
            onChange={(e) => set({ context: e.currentTarget.value as SourceFields['context'] })}
            data={Object.entries(CONTEXT).map(([value, label]) => ({ value, label }))}
          />
        </div>
        <TagsInput
          label="Languages"
          description="Language tags such as ar, fr or ur-Latn; Enter adds one."
          value={[...fields.languages]}
          onChange={(languages) => set({ languages })}
          error={
            [...(checked.errors?.keys() ?? [])].some((p) => p.startsWith('labels.languages')) &&
            'Language tags such as ar, fr or ur-Latn'
          }
        />
      </fieldset>
      <NumberInput
        label="Read every"
        suffix=" min"
        min={1}
        max={10_080}
        value={fields.everyMinutes}
        onChange={(everyMinutes) => set({ everyMinutes })}
        error={error('schedule.everySeconds')}
        w={140}
      />
      {write.error && refused.size === 0 && (
        <p role="alert" className={classes.errorNote}>
          {write.error.message}
        </p>
      )}
      {tried && checked.errors !== null && (
        <p role="alert" className={classes.errorNote}>
          {checked.errors.size === 1 ? 'One field needs' : `${checked.errors.size} fields need`} your
          attention.
        </p>
      )}
      <div className={classes.actions}>
        <Button type="submit" loading={write.isPending}>
          {source === undefined ? 'Add the source' : 'Save'}
        </Button>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
