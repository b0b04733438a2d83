import type { Indicator, Severity } from '@vigil/contracts';

/** What a channel is given to tell. Holds no text of a post. */
export interface Notification {
  /** The delivery's id: the same for every repeat, so that a receiver recognises one. */
  readonly id: string;
  readonly kind: 'alert.opened' | 'test';
  /** When what it tells of happened, ISO 8601. */
  readonly at: string;
  readonly headline: string;
  /** Null in a test. */
  readonly alert: {
    readonly id: string;
    readonly severity: Severity;
    readonly indicator: Indicator;
    readonly observed: number;
    readonly expected: number;
    readonly startedAt: string;
    readonly dueAt: string;
    readonly foundLate: boolean;
    readonly demo: boolean;
    /** The alert's page. */
    readonly url: string;
  } | null;
}

/**
 * A way to tell somebody. `send` resolves once the other side has taken it and otherwise throws a VigilError whose
 * message is a reason a person understands and whose `retriable` says whether another attempt can help. It keeps to
 * its time limit and may be called again with the same notification.
 */
export interface NotificationChannel {
  readonly kind: 'mail' | 'webhook';
  /** Null when it can send; else why it is off. */
  readonly off: string | null;
  send(notification: Notification, target: ChannelTarget): Promise<void>;
  close(): Promise<void>;
}

export type ChannelTarget =
  | { readonly kind: 'mail'; readonly to: readonly string[] }
  | { readonly kind: 'webhook'; readonly url: string; readonly secret: string };
