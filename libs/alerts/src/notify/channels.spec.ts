import { readSettings } from '@vigil/config';
import { GuardedClient } from '@vigil/fetching';
import { serve } from '@vigil/testing';
import { Webhook } from 'standardwebhooks';
import { MailChannel } from './mail.js';
import {
  aNotification,
  type ChannelUnderTest,
  notificationChannelContract,
} from './notification.contract.js';
import { receiveMail } from './smtp-receiver.fixture.js';
import { faultOfSecret, newWebhookSecret, WebhookChannel } from './webhook.js';

const SECRET = newWebhookSecret();
const HTTP_ANSWERS = { take: 204, 'refuse for now': 503, 'refuse for good': 410 };
const SMTP_ANSWERS = { take: 250, 'refuse for now': 451, 'refuse for good': 550 };

function client(allowHosts: string): GuardedClient {
  return GuardedClient.fromSettings(readSettings({ VIGIL_ALLOW_HOSTS: allowHosts }).collector);
}

async function webhookUnderTest(): Promise<ChannelUnderTest> {
  const received: { id: string; text: string }[] = [];
  let status = HTTP_ANSWERS.take;
  const server = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      // Throws, and so fails the test, where the signature does not hold.
      new Webhook(SECRET).verify(body, request.headers as Record<string, string>);
      if (status < 300) received.push({ id: String(request.headers['webhook-id']), text: body });
      response.writeHead(status).end();
    });
  });
  const guarded = client(`127.0.0.1:${server.port}`);
  return {
    channel: new WebhookChannel(guarded, () => Date.now()),
    receiver: {
      target: { kind: 'webhook', url: `${server.url}/hook`, secret: SECRET },
      received,
      answer: (how) => void (status = HTTP_ANSWERS[how]),
      close: () => server.close().catch(() => undefined),
    },
  };
}

async function mailUnderTest(): Promise<ChannelUnderTest> {
  const server = await receiveMail();
  return {
    channel: new MailChannel({ smtpUrl: `smtp://127.0.0.1:${server.port}`, from: 'vigil@example.org' }),
    receiver: {
      target: { kind: 'mail', to: ['desk@example.org', 'lead@example.org'] },
      get received() {
        return server.mails.map((mail) => ({
          id: /^Message-ID: <(.+)@vigil>$/m.exec(mail.raw)?.[1] ?? '',
          text: readable(mail.raw),
        }));
      },
      answer: (how) => void (server.rcptAnswer = SMTP_ANSWERS[how]),
      close: () => server.close().catch(() => undefined),
    },
  };
}

/** A mail with its encodings undone, as a person reads it. */
function readable(raw: string): string {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const body = rest.join('\n\n');
  const words = head
    .replace(/\r\n[ \t]/g, ' ')
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?B\?(.*?)\?=/gi, (_, text: string) => Buffer.from(text, 'base64').toString())
    .replace(/=\?UTF-8\?Q\?(.*?)\?=/gi, (_, text: string) => unquoted(text.replaceAll('_', ' ')));
  const encoding = /^Content-Transfer-Encoding: (.*)$/im.exec(head)?.[1]?.toLowerCase().trim();
  if (encoding === 'base64') return `${words}\n\n${Buffer.from(body, 'base64').toString()}`;
  return `${words}\n\n${encoding === 'quoted-printable' ? unquoted(body.replace(/=\r?\n/g, '')) : body}`;
}

function unquoted(text: string): string {
  return Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString();
}

notificationChannelContract('webhook', webhookUnderTest);
notificationChannelContract('mail', mailUnderTest);

describe('webhook', () => {
  test('a private address that nobody allowed is refused for good', async () => {
    const guarded = client('');
    const channel = new WebhookChannel(guarded, () => Date.now());
    const sending = channel.send(aNotification(), {
      kind: 'webhook',
      url: 'http://127.0.0.1:9/hook',
      secret: SECRET,
    });
    await expect(sending).rejects.toMatchObject({ code: 'refused-address', retriable: false });
    await channel.close();
  });

  test('tells usable secrets from others', () => {
    expect(faultOfSecret(newWebhookSecret())).toBeNull();
    for (const secret of [
      'whsec_',
      'whsec_c2hvcnQ=',
      'secret-secret-secret-secret',
      `whsec_${'A'.repeat(200)}`,
    ])
      expect(faultOfSecret(secret)).not.toBeNull();
  });
});

describe('mail', () => {
  test('without a server it says that it is off', async () => {
    const mail = new MailChannel({ smtpUrl: null, from: 'vigil@example.org' });
    expect(mail.off).toContain('VIGIL_SMTP_URL');
    await expect(mail.send(aNotification(), { kind: 'mail', to: ['a@example.org'] })).rejects.toMatchObject({
      code: 'engine-misconfigured',
    });
  });
});
