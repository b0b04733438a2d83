import { Button, FileButton } from '@mantine/core';
import { FileUp, X } from 'lucide-react';
import { counted } from '../words/format.js';
import classes from './bench.module.css';

/** A pack that is not published, by the names of its files within their folder. */
export interface Draft {
  /** What people call it: the name in its header, or the file's. */
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

interface Props {
  readonly draft: Draft | null;
  readonly onChange: (draft: Draft | null) => void;
}

/** Chooses the files of a pack on this machine: they are tried in place of the pack of that name. */
export function DraftChoice({ draft, onChange }: Props) {
  if (draft)
    return (
      <div className={classes.draft}>
        <span>
          With the draft <strong>{draft.name}</strong>, {counted(Object.keys(draft.files).length, 'file')}, as
          if all its rules were live
        </span>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<X size={13} aria-hidden />}
          onClick={() => onChange(null)}
        >
          Without it
        </Button>
      </div>
    );
  return (
    <div className={classes.draft}>
      <FileButton
        multiple
        accept=".yaml,.yml,.json"
        inputProps={{ 'aria-label': 'Files of a draft pack' }}
        onChange={(files) => void readDraft(files).then(onChange)}
      >
        {(props) => (
          <Button
            {...props}
            size="compact-sm"
            variant="default"
            leftSection={<FileUp size={14} aria-hidden />}
          >
            Try a draft pack
          </Button>
        )}
      </FileButton>
      <span className={classes.quiet}>pack.yaml, and its references.yaml and rules where it has them</span>
    </div>
  );
}

/** Files as chosen, by their place in a pack: one alone is the whole pack, what is no header is a file of rules. */
async function readDraft(files: readonly File[]): Promise<Draft | null> {
  const [first] = files;
  if (!first) return null;
  const texts = await Promise.all(
    files.map(async (file): Promise<[string, string]> => [
      placeOf(file.name, files.length),
      await file.text(),
    ]),
  );
  const named = Object.fromEntries(texts);
  const name = /^name:[ \t]*["']?([a-z0-9-]+)/m.exec(named['pack.yaml'] ?? '')?.[1] ?? first.name;
  return { name, files: named };
}

function placeOf(name: string, chosen: number): string {
  if (chosen === 1 || name === 'pack.yaml') return 'pack.yaml';
  return name === 'references.yaml' ? name : `rules/${name}`;
}
