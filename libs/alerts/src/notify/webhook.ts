import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { VigilError } from '@vigil/contracts';
import type { GuardedClient } from '@vigil/fetching';
import type { ChannelTarget, Notification, NotificationChannel } from './notification.js';

/** A receiver should take a message and work later; fifteen seconds is what Standard Webhooks advises. */
const TIMEOUT_MS = 15_000;
/** Nothing of the answer is used. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** A new Standard Webhooks secret: 32 random bytes. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** Null where a secret can sign; else what is wrong with it. */
export function faultOfSecret(secret: string): string | null {
  const bytes = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (bytes === undefined) return 'a Standard Webhooks secret: whsec_ and then base64';
  const length = Buffer.from(bytes, 'base64').length;
  return length >= 24 && length <= 64 ? null : 'a secret of 24 to 64 bytes in base64 after whsec_';
}

/** Signed webhooks as in the Standard Webhooks specification (standardwebhooks.com), symmetric signatures v1. */
export class WebhookChannel implements NotificationChannel {
  readonly kind = 'webhook';
  readonly off = null;

  constructor(
    /** Its own: closed with it. */
    private readonly client: Pick<GuardedClient, 'fetch' | 'close'>,
    private readonly now: () => number,
  ) {}

  async send(notification: Notification, target: ChannelTarget): Promise<void> {
    if (target.kind !== 'webhook')
      throw new VigilError('internal', 'A webhook was given the target of another kind of channel.');
    const { id, kind, at, headline, alert } = notification;
    const body = JSON.stringify({ type: kind, timestamp: at, data: { headline, ...alert } });
    const sentAt = new Date(this.now());
    const answer = await this.client.fetch(target.url, {
      method: 'POST',
      body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
        'webhook-signature': new Webhook(target.secret).sign(id, sentAt, body),
      },
    });
    if (answer.status >= 200 && answer.status < 300) return;
    const reason =
      REASONS[answer.status] ??
      (answer.status < 400 ? 'it redirects, which a webhook does not follow' : 'it did not take the message');
    // 410 says that the receiver is gone for good; everything else may be mended there.
    throw new VigilError('fetch-failed', `${new URL(target.url).host} answered ${answer.status}: ${reason}`, {
      retriable: answer.status !== 410,
    });
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'it wants other credentials',
  403: 'it refuses us',
  404: 'there is nothing at that path',
  410: 'the receiver is gone',
  429: 'it is asked too often',
};
