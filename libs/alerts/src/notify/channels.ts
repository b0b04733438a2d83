import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditLog, type Identity } from '@vigil/auth';
import { type ChannelDraft, Clock, Instant, VigilError } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { z } from 'zod';
import { readCursor, writeCursor } from '../review/cursor.js';
import { UUID } from '../review/alert-records.js';
import { Notifier } from './notifier.js';
import { faultOfSecret, newWebhookSecret } from './webhook.js';

/** Channels of one installation: every alert goes to each. */
const MOST_CHANNELS = 50;

const Shared = { id: z.string(), name: z.string(), createdAt: Instant, off: z.string().nullable() };
/** A channel as it is shown. `off`: why it cannot send now. `secret` only in the answer that made it. */
export const Channel = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('mail'), to: z.array(z.string()), ...Shared }),
  z.object({ kind: z.literal('webhook'), url: z.string(), secret: z.string().optional(), ...Shared }),
]);
export type Channel = z.infer<typeof Channel>;

export const Delivery = z.object({
  id: z.string(),
  channelId: z.string(),
  channel: z.string(),
  kind: z.enum(['mail', 'webhook']),
  /** Null for a test. */
  alertId: z.string().nullable(),
  headline: z.string().nullable(),
  state: z.enum(['pending', 'sent', 'failed']),
  attempts: z.number().int(),
  /** Why the last attempt failed. */
  reason: z.string().nullable(),
  createdAt: Instant,
  /** When the next attempt is due. */
  dueAt: Instant.nullable(),
  settledAt: Instant.nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

export const DeliveryPage = z.object({ deliveries: z.array(Delivery), next: z.string().nullable() });
export type DeliveryPage = z.infer<typeof DeliveryPage>;

/** When the last delivery of a page was made, and its id. */
const Position = z.tuple([Instant, z.string().max(100)]);

interface ChannelRow extends Record<string, unknown> {
  id: string;
  kind: 'mail' | 'webhook';
  name: string;
  target: Record<string, unknown>;
  created_at: Date;
}

interface DeliveryRow extends Record<string, unknown> {
  id: string;
  channel_id: string;
  channel: string;
  kind: string;
  alert_id: string | null;
  headline: string | null;
  state: string;
  attempts: number;
  reason: string | null;
  created_at: Date;
  due_at: Date;
  settled_at: Date | null;
}

/** Whom to tell, and what became of it. */
@Injectable()
export class Channels {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
    private readonly notifier: Notifier,
  ) {}

  async list(): Promise<Channel[]> {
    const rows = await this.db.query<ChannelRow>(
      'SELECT id, kind, name, target, created_at FROM notification_channel ORDER BY created_at, id',
    );
    return rows.map((row) => this.#shown(row));
  }

  /** Adds a channel. A webhook's secret is in the answer this once. Throws `bad-input`, `conflict`. */
  async add(draft: ChannelDraft, user: Identity): Promise<Channel> {
    const secret = draft.kind === 'webhook' ? (draft.secret ?? newWebhookSecret()) : null;
    const fault = secret === null ? null : faultOfSecret(secret);
    if (fault !== null)
      throw new VigilError('bad-input', `secret: ${fault}`, { fields: [{ path: 'secret', message: fault }] });
    const target = draft.kind === 'mail' ? { to: draft.to } : { url: draft.url };
    const row: ChannelRow = {
      id: randomUUID(),
      kind: draft.kind,
      name: draft.name,
      target,
      created_at: new Date(this.clock.now()),
    };
    await this.db.transaction(async (tx) => {
      const [count] = await tx.query<{ n: number }>('SELECT count(*)::int AS n FROM notification_channel');
      if ((count?.n ?? 0) >= MOST_CHANNELS)
        throw new VigilError('conflict', `There are ${MOST_CHANNELS} channels already. Remove one first.`);
      await tx.query(
        'INSERT INTO notification_channel (id, kind, name, target, secret, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)',
        [row.id, row.kind, row.name, JSON.stringify(target), secret, row.created_at, user.id],
      );
      await this.audit.record(
        { actor: user.id, action: 'channel.create', subject: row.id, detail: { kind: row.kind } },
        tx,
      );
    });
    const channel = this.#shown(row);
    return channel.kind === 'webhook' && secret !== null ? { ...channel, secret } : channel;
  }

  /** Removes a channel with its deliveries. Throws `not-found`. */
  async remove(id: string, user: Identity): Promise<void> {
    await this.db.transaction(async (tx) => {
      const removed = UUID.test(id)
        ? await tx.query('DELETE FROM notification_channel WHERE id = $1 RETURNING id', [id])
        : [];
      if (removed.length === 0) throw noSuchChannel();
      await this.audit.record({ actor: user.id, action: 'channel.remove', subject: id }, tx);
    });
  }

  /** Sends a test now and says what became of it. Throws `not-found`. */
  async test(id: string, user: Identity): Promise<Delivery> {
    const delivery = `dlv_${randomUUID().replaceAll('-', '')}`;
    const now = new Date(this.clock.now());
    const [made] = UUID.test(id)
      ? await this.db.query(
          `INSERT INTO delivery (id, channel_id, state, created_at, due_at)
           SELECT $1, c.id, 'pending', $3, $3 FROM notification_channel c WHERE c.id = $2 RETURNING id`,
          [delivery, id, now],
        )
      : [];
    if (!made) throw noSuchChannel();
    await this.audit.record({ actor: user.id, action: 'channel.test', subject: id });
    await this.notifier.deliver(delivery);
    const [row] = await this.db.query<DeliveryRow>(`${DELIVERIES} WHERE d.id = $1`, [delivery]);
    if (!row) throw noSuchChannel();
    return toDelivery(row);
  }

  /** What became of notifications, newest first. */
  async deliveries(query: { size: number; cursor?: string | undefined }): Promise<DeliveryPage> {
    const position = query.cursor === undefined ? null : readCursor(query.cursor, 'deliveries', Position);
    const rows = await this.db.query<DeliveryRow>(
      `${DELIVERIES} ${position ? 'WHERE (d.created_at, d.id) < ($2::timestamptz, $3)' : ''} ORDER BY d.created_at DESC, d.id DESC LIMIT $1`,
      [query.size + 1, ...(position ?? [])],
    );
    const shown = rows.slice(0, query.size);
    const last = shown.at(-1);
    const more = last !== undefined && rows.length > query.size;
    return {
      deliveries: shown.map(toDelivery),
      next: more ? writeCursor('deliveries', [last.created_at.toISOString(), last.id]) : null,
    };
  }

  #shown({ id, kind, name, target, created_at }: ChannelRow): Channel {
    const { off } = this.notifier.channel(kind);
    return Channel.parse({ id, kind, name, ...target, off, createdAt: created_at.toISOString() });
  }
}

const DELIVERIES = `
  SELECT d.id, d.channel_id, c.name AS channel, c.kind, d.alert_id, a.headline, d.state, d.attempts, d.reason, d.created_at, d.due_at, d.settled_at
  FROM delivery d JOIN notification_channel c ON c.id = d.channel_id LEFT JOIN alert a ON a.id = d.alert_id`;

function toDelivery(row: DeliveryRow): Delivery {
  return Delivery.parse({
    id: row.id,
    channelId: row.channel_id,
    channel: row.channel,
    kind: row.kind,
    alertId: row.alert_id,
    headline: row.headline,
    state: row.state,
    attempts: row.attempts,
    reason: row.reason,
    createdAt: row.created_at.toISOString(),
    dueAt: row.state === 'pending' ? row.due_at.toISOString() : null,
    settledAt: row.settled_at?.toISOString() ?? null,
  });
}

function noSuchChannel(): VigilError {
  return new VigilError('not-found', 'There is no such notification channel.');
}
