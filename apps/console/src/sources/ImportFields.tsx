import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { SourceFields } from './draft.js';
import classes from './sources.module.css';

interface Props {
  readonly fields: SourceFields;
  readonly set: (changes: Partial<SourceFields>) => void;
  readonly error: (path: string) => string | undefined;
}

const FROM = [
  { value: 'post', label: 'Lines are sent to the API' },
  { value: 'file', label: 'A file in the import folder' },
  { value: 'url', label: 'An address' },
];
const MODES = [
  { value: 'once', label: 'Once, to the end' },
  { value: 'follow', label: 'Follow it as it grows' },
  { value: 'replay', label: 'Replay against the clock' },
];

/** Where an import's lines come from, and how they are read. */
export function ImportFields({ fields, set, error }: Props) {
  return (
    <>
      <div className={classes.pair}>
        <NativeSelect
          label="Comes from"
          value={fields.fromKind}
          onChange={(e) => set({ fromKind: e.currentTarget.value as SourceFields['fromKind'] })}
          data={FROM}
        />
        {fields.fromKind !== 'post' && (
          <NativeSelect
            label="Read it"
            value={fields.mode}
            onChange={(e) => set({ mode: e.currentTarget.value as SourceFields['mode'] })}
            data={MODES}
          />
        )}
      </div>
      {fields.fromKind === 'file' && (
        <TextInput
          label="File"
          description="Within the one folder that imports may read (VIGIL_IMPORT_DIR)."
          value={fields.file}
          onChange={(e) => set({ file: e.currentTarget.value })}
          error={error('locator.from') ?? error('locator.from.file')}
          dir="ltr"
          withAsterisk
        />
      )}
      {fields.fromKind === 'url' && (
        <TextInput
          label="Address"
          type="url"
          placeholder="https://…"
          value={fields.url}
          onChange={(e) => set({ url: e.currentTarget.value })}
          error={error('locator.from')}
          dir="ltr"
          withAsterisk
        />
      )}
      <Checkbox
        label="This is history"
        description="Counted and searchable, but never a rise of now."
        checked={fields.backfill}
        onChange={(e) => set({ backfill: e.currentTarget.checked })}
      />
    </>
  );
}
