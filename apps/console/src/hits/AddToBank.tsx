import { Button, Checkbox, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { BankText, type Hit } from '@vigil/contracts';
import { type FormEvent, useState } from 'react';
import { call } from '../api/client.js';
import classes from './hits.module.css';

/** Adds a hit's text to the known texts, with what its verdict says of it: only a name for it is asked. */
export function AddToBank({ hit }: { readonly hit: Hit }) {
  const { post, verdict } = hit;
  const [label, setLabel] = useState('');
  const [keepText, setKeepText] = useState(false);
  const add = useMutation({
    mutationFn: () =>
      call('POST', '/banks/texts', BankText, {
        body: {
          label,
          text: post.text,
          keepText,
          language: post.language ?? verdict.language?.tag ?? 'und',
          severity: verdict.severity ?? 'medium',
          indicator: verdict.indicator ?? 'other',
          region: verdict.indicator === 'territorial-claim' ? (verdict.because?.region ?? null) : null,
          stance: verdict.stance,
          provenance: `Post ${post.id}`,
        },
      }),
  });
  if (add.isSuccess)
    return (
      <p role="status" className={classes.added}>
        Added as “<bdi>{add.data.label}</bdi>”: copies are found in new posts within seconds.
      </p>
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form className={classes.bank} onSubmit={submit}>
      <TextInput
        size="xs"
        label="Add this text to the known texts as"
        placeholder="A name that reviewers will see"
        value={label}
        maxLength={200}
        required
        onChange={(event) => setLabel(event.currentTarget.value)}
        error={add.isError ? add.error.message : undefined}
      />
      <Checkbox
        size="xs"
        label="Keep the text itself, not only the numbers of its words"
        checked={keepText}
        onChange={(event) => setKeepText(event.currentTarget.checked)}
      />
      <Button size="compact-xs" variant="default" type="submit" loading={add.isPending}>
        Add
      </Button>
    </form>
  );
}
