import { createTransport, type Transporter } from 'nodemailer';
import { VigilError } from '@vigil/contracts';
import { oneLine } from '../one-line.js';
import type { ChannelTarget, Notification, NotificationChannel } from './notification.js';

const TIMEOUT_MS = 20_000;

export interface MailOptions {
  /** `smtp(s)://user:password@host:port`, or null: mail is off. */
  readonly smtpUrl: string | null;
  readonly from: string;
}

/** Mail through the organisation's server. Plain text: an alert is a sentence, a time and a link. */
export class MailChannel implements NotificationChannel {
  readonly kind = 'mail';
  readonly off: string | null;
  readonly #transport: Transporter | null;

  constructor(private readonly options: MailOptions) {
    this.off = options.smtpUrl === null ? 'Mail is off: set VIGIL_SMTP_URL to the mail server.' : null;
    this.#transport =
      options.smtpUrl === null
        ? null
        : createTransport({
            url: options.smtpUrl,
            connectionTimeout: TIMEOUT_MS,
            greetingTimeout: TIMEOUT_MS,
            socketTimeout: TIMEOUT_MS,
            disableFileAccess: true,
            disableUrlAccess: true,
          });
  }

  async send(notification: Notification, target: ChannelTarget): Promise<void> {
    if (target.kind !== 'mail')
      throw new VigilError('internal', 'Mail was given the target of another kind of channel.');
    if (this.#transport === null) throw new VigilError('engine-misconfigured', this.off ?? 'Mail is off.');
    try {
      await this.#transport.sendMail({
        from: this.options.from,
        to: [...target.to],
        messageId: `<${notification.id}@vigil>`,
        date: new Date(notification.at),
        subject: `[Vigil] ${oneLine(notification.headline)}`,
        text: textOf(notification),
        headers: { 'auto-submitted': 'auto-generated' },
      });
    } catch (error) {
      throw asVigilError(error);
    }
  }

  close(): Promise<void> {
    this.#transport?.close();
    return Promise.resolve();
  }
}

function textOf({ headline: told, alert }: Notification): string {
  const headline = oneLine(told);
  if (alert === null) return `${headline}\n`;
  const lines = [
    headline,
    '',
    `Severity: ${alert.severity}`,
    `Indicator: ${alert.indicator}`,
    `Since: ${alert.startedAt}`,
    `Hits: ${alert.observed} in half an hour, about ${alert.expected.toFixed(1)} expected`,
    `Look at it by: ${alert.dueAt}`,
    '',
    alert.url,
    '',
  ];
  return lines.join('\n');
}

/** What the mail server said, without the address book: a 5xx is for good, everything else may pass. */
function asVigilError(error: unknown): VigilError {
  const { code, responseCode } = fieldsOf(error);
  const permanent = code === 'EAUTH' || (responseCode !== null && responseCode >= 500);
  const said =
    responseCode === null
      ? (EXPLAINED[code ?? ''] ?? 'the mail could not be handed over')
      : `the mail server answered ${responseCode}`;
  return new VigilError('fetch-failed', `Mail: ${said}${code ? ` (${code})` : ''}`, {
    retriable: !permanent,
    cause: error,
  });
}

const EXPLAINED: Readonly<Record<string, string>> = {
  ECONNECTION: 'the mail server cannot be reached',
  ESOCKET: 'the mail server cannot be reached',
  ECONNREFUSED: 'the mail server cannot be reached',
  ETIMEDOUT: 'the mail server did not answer in time',
  EDNS: 'the mail server’s name was not found',
  EAUTH: 'the mail server refused our user or password',
  ETLS: 'no secure connection to the mail server',
};

function fieldsOf(error: unknown): { code: string | null; responseCode: number | null } {
  if (typeof error !== 'object' || error === null) return { code: null, responseCode: null };
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : null,
    responseCode:
      'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : null,
  };
}
