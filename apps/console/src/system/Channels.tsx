import { Button, Menu, Skeleton } from '@mantine/core';
import { Ellipsis, Mail, Plus, Webhook } from 'lucide-react';
import { useState } from 'react';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { ChannelForm } from './ChannelForm.js';
import { Deliveries } from './Deliveries.js';
import { type Channel, type Delivery, useChannels, useRemoveChannel, useTestChannel } from './system.js';
import classes from './system.module.css';

/** Whom and what is told when an alert opens. */
export function Channels() {
  const query = useChannels();
  const [adding, setAdding] = useState(false);
  return (
    <section className={classes.part}>
      <div className={classes.partHead}>
        <h2>Notifications</h2>
        {!adding && (
          <Button
            variant="default"
            leftSection={<Plus size={14} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            Add
          </Button>
        )}
      </div>
      {query.isPending && <Skeleton height={60} />}
      {query.isError && (
        <ProblemNote
          what="The channels could not be read"
          error={query.error}
          retry={() => void query.refetch()}
        />
      )}
      {query.data?.length === 0 && !adding && (
        <p className={classes.quiet}>Nobody is told when an alert opens. Add a mail address or a webhook.</p>
      )}
      <ul className={classes.channels}>
        {query.data?.map((channel) => (
          <Row key={channel.id} channel={channel} />
        ))}
      </ul>
      {(query.data?.length ?? 0) > 0 && <Deliveries />}
      {adding && <ChannelForm onClose={() => setAdding(false)} />}
    </section>
  );
}

function Row({ channel }: { readonly channel: Channel }) {
  const test = useTestChannel();
  const remove = useRemoveChannel();
  const Icon = channel.kind === 'mail' ? Mail : Webhook;
  const error = test.error ?? remove.error;
  return (
    <li>
      <Icon size={17} aria-hidden />
      <div className={classes.channel}>
        <strong>
          <bdi>{channel.name}</bdi>
        </strong>
        <div className={classes.quiet} dir="ltr">
          {channel.kind === 'mail' ? channel.to.join(', ') : channel.url}
        </div>
        {channel.off !== null && <div className={classes.off}>Cannot send now: {channel.off}</div>}
        {test.isSuccess && <div role="status">{testWords(test.data)}</div>}
        {error !== null && <div role="alert">{error.message}</div>}
      </div>
      <Button variant="default" loading={test.isPending} onClick={() => test.mutate(channel.id)}>
        Send a test
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" aria-label={`More for ${channel.name}`}>
            <Ellipsis size={15} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>It is told nothing any more</Menu.Label>
          <Menu.Item onClick={() => remove.mutate(channel.id)}>Remove “{channel.name}”</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}

function testWords({ state, reason }: Delivery): string {
  switch (state) {
    case 'sent':
      return 'The test was taken.';
    case 'failed':
      return `The test failed: ${reason ?? 'no reason was given'}`;
    case 'pending':
      return 'The test is on its way.';
    default:
      return state satisfies never;
  }
}
