import { Button, SegmentedControl, TagsInput, TextInput } from '@mantine/core';
import { ChannelDraft } from '@vigil/contracts';
import { type FormEvent, useState } from 'react';
import { CopyValue } from '../pieces/CopyValue.js';
import { Problem } from '../api/client.js';
import { type Channel, useAddChannel } from './system.js';
import classes from './system.module.css';

/** The secret that was made for a webhook; null where somebody brought their own, and for mail. */
function secretOf(channel: Channel): string | null {
  return channel.kind === 'webhook' ? (channel.secret ?? null) : null;
}

/** A new mail list or webhook, checked by the contract's schema. A webhook's secret is shown once. */
export function ChannelForm({ onClose }: { readonly onClose: () => void }) {
  const [kind, setKind] = useState<'mail' | 'webhook'>('mail');
  const [name, setName] = useState('');
  const [to, setTo] = useState<string[]>([]);
  const [url, setUrl] = useState('');
  const [tried, setTried] = useState(false);
  const add = useAddChannel();

  const checked = ChannelDraft.safeParse(
    kind === 'mail' ? { kind, name: name.trim(), to } : { kind, name: name.trim(), url: url.trim() },
  );
  const refused = add.error instanceof Problem ? add.error.fields : [];
  const error = (field: string): string | undefined => {
    const said = refused.find(({ path }) => path.split('.')[0] === field)?.message;
    if (said !== undefined || checked.success || !tried) return said;
    const wrong = checked.error.issues.some((issue) => issue.path[0] === field);
    return wrong
      ? {
          name: 'Give it a name.',
          to: 'At least one mail address; Enter adds one.',
          url: 'An address that begins with http:// or https://.',
        }[field]
      : undefined;
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!checked.success) return;
    add.mutate(checked.data, {
      onSuccess: (added) => {
        if (secretOf(added) === null) onClose();
      },
    });
  };

  const secret = add.data === undefined ? null : secretOf(add.data);
  if (secret !== null) {
    return (
      <div className={classes.form}>
        <p>
          <strong>The webhook’s signing secret.</strong> It is shown this once; whoever receives the messages
          checks them with it.
        </p>
        <CopyValue value={secret} label="secret" />
        <div className={classes.row}>
          <Button onClick={onClose}>I have kept it</Button>
        </div>
      </div>
    );
  }
  return (
    <form className={classes.form} onSubmit={onSubmit} noValidate>
      <SegmentedControl
        aria-label="Kind of channel"
        value={kind}
        onChange={(value) => setKind(value === 'webhook' ? 'webhook' : 'mail')}
        data={[
          { value: 'mail', label: 'Mail' },
          { value: 'webhook', label: 'Webhook' },
        ]}
      />
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={error('name')}
        dir="auto"
        withAsterisk
      />
      {kind === 'mail' ? (
        <TagsInput
          label="To"
          value={to}
          onChange={setTo}
          error={error('to')}
          acceptValueOnBlur
          withAsterisk
        />
      ) : (
        <TextInput
          label="Address"
          type="url"
          placeholder="https://…"
          description="Messages are signed as Standard Webhooks describes."
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          error={error('url')}
          dir="ltr"
          withAsterisk
        />
      )}
      {add.error && refused.length === 0 && <p role="alert">{add.error.message}</p>}
      <div className={classes.row}>
        <Button type="submit" loading={add.isPending}>
          Add
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
