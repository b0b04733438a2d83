import { isVigilError, type VigilError } from '@vigil/contracts';
import type { ChannelTarget, Notification, NotificationChannel } from './notification.js';

/** The other side of a channel, really listening, which a test can make refuse. */
export interface Receiver {
  readonly target: ChannelTarget;
  /** What arrived: the delivery's id as a receiver sees it, and all of the text. */
  readonly received: readonly { readonly id: string; readonly text: string }[];
  answer(how: 'take' | 'refuse for now' | 'refuse for good'): void;
  close(): Promise<void>;
}

export interface ChannelUnderTest {
  readonly receiver: Receiver;
  readonly channel: NotificationChannel;
}

export function aNotification(over: Partial<Notification> = {}): Notification {
  return {
    id: 'dlv_0123456789abcdef',
    kind: 'alert.opened',
    at: '2026-11-21T12:00:00.000Z',
    headline: '“A slogan” in 3 languages, 12 times the usual, 6 sources – عربي',
    alert: {
      id: '6f1f7f0e-3d5c-4a6e-9b0e-000000000001',
      severity: 'high',
      indicator: 'incitement',
      observed: 42,
      expected: 3.5,
      startedAt: '2026-11-21T11:45:00.000Z',
      dueAt: '2026-11-21T14:00:00.000Z',
      foundLate: false,
      demo: false,
      url: 'http://127.0.0.1:7100/alerts/6f1f7f0e-3d5c-4a6e-9b0e-000000000001',
    },
    ...over,
  };
}

/** What every notification channel keeps to. */
export function notificationChannelContract(name: string, open: () => Promise<ChannelUnderTest>): void {
  describe(`notification channel: ${name}`, () => {
    let test_: ChannelUnderTest;
    beforeEach(async () => {
      test_ = await open();
    });
    afterEach(async () => {
      await test_.channel.close();
      await test_.receiver.close();
    });
    const send = (notification = aNotification()) => test_.channel.send(notification, test_.receiver.target);
    const failure = (promise: Promise<void>): Promise<VigilError> =>
      promise.then(
        () => Promise.reject(new Error('it was sent')),
        (error: unknown) => (isVigilError(error) ? error : Promise.reject(error)),
      );

    test('is on', () => expect(test_.channel.off).toBeNull());

    test('brings the headline, the page and the delivery’s id', async () => {
      await send();
      const [one] = test_.receiver.received;
      expect(one?.id).toBe('dlv_0123456789abcdef');
      expect(one?.text).toContain('12 times the usual');
      expect(one?.text).toContain('/alerts/6f1f7f0e-3d5c-4a6e-9b0e-000000000001');
      expect(one?.text).toContain('عربي');
    });

    test('a repeat carries the same id', async () => {
      await send();
      await send();
      expect(new Set(test_.receiver.received.map((one) => one.id)).size).toBe(1);
      expect(test_.receiver.received).toHaveLength(2);
    });

    test('a test needs no alert', async () => {
      await send(aNotification({ kind: 'test', alert: null }));
      expect(test_.receiver.received).toHaveLength(1);
    });

    test('a refusal that may pass is retriable, and says why', async () => {
      test_.receiver.answer('refuse for now');
      const error = await failure(send());
      expect(error.retriable).toBe(true);
      expect(error.message).toMatch(/answered \d{3}/);
      test_.receiver.answer('take');
      await send();
      expect(test_.receiver.received).toHaveLength(1);
    });

    test('a refusal for good is not retriable', async () => {
      test_.receiver.answer('refuse for good');
      expect((await failure(send())).retriable).toBe(false);
    });

    test('a receiver that is away is retriable', async () => {
      await test_.receiver.close();
      expect((await failure(send())).retriable).toBe(true);
    });

    test('a headline cannot smuggle in further lines or recipients', async () => {
      await send(aNotification({ headline: 'One line\r\nBcc: other@example.org\r\n\r\nand a body' }));
      expect(test_.receiver.received).toHaveLength(1);
      expect(test_.receiver.received[0]?.text).not.toMatch(/^Bcc:/m);
    });

    test('another kind’s target is refused', async () => {
      const other: ChannelTarget =
        test_.channel.kind === 'mail'
          ? { kind: 'webhook', url: 'http://127.0.0.1:9/', secret: 'whsec_AAAA' }
          : { kind: 'mail', to: ['a@example.org'] };
      await expect(test_.channel.send(aNotification(), other)).rejects.toMatchObject({ code: 'internal' });
    });
  });
}
