import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { VigilError } from '@vigil/contracts';
import type { Telemetry } from '@vigil/telemetry';
import kafkajs, { type Admin, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { registerZstd } from './codec.js';
import { causes, isSettling, kindOf, translated } from './failures.js';
import { mendRequestQueue } from './request-queue.js';
import { within } from './within.js';

export interface KafkaAddress {
  /** host:port each. */
  readonly brokers: readonly string[];
  readonly tls: boolean;
  /** File of the authority that signed the brokers' certificates; null trusts the system's authorities. */
  readonly caFile: string | null;
  readonly sasl: Sasl | null;
}

export interface Sasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly user: string;
  readonly password: string;
}

function saslOptions({ mechanism, user: username, password }: Sasl): SASLOptions {
  if (mechanism === 'plain') return { mechanism, username, password };
  if (mechanism === 'scram-sha-256') return { mechanism, username, password };
  return { mechanism, username, password };
}

/** How long a program waits at start before it says that no broker answers, and a caller before it hears of a failure. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 4 };

/** The client of one process. Throws `engine-misconfigured` where the file of the authority cannot be read. */
export function kafkaClient(
  address: KafkaAddress,
  log: Telemetry['log'],
  requestTimeoutMs: number,
): kafkajs.Kafka {
  registerZstd();
  mendRequestQueue();
  const config: KafkaConfig = {
    clientId: 'vigil',
    brokers: [...address.brokers],
    connectionTimeout: 5_000,
    authenticationTimeout: 5_000,
    requestTimeout: requestTimeoutMs,
    retry: RETRY,
    logLevel: kafkajs.logLevel.WARN,
    // What matters is said by us, with a level that fits: to kafkajs every retry is an error.
    logCreator: () => (entry) => {
      const { message, error } = entry.log;
      log.debug(
        { part: entry.namespace, error: typeof error === 'string' ? error : undefined },
        `kafkajs: ${message}`,
      );
    },
  };
  if (address.sasl) config.sasl = saslOptions(address.sasl);
  if (address.tls) config.ssl = address.caFile === null ? true : { ca: [authority(address.caFile)] };
  return new kafkajs.Kafka(config);
}

function authority(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new VigilError('engine-misconfigured', `VIGIL_KAFKA_CA (${file}) cannot be read: ${why}`);
  }
}

/** A question to the brokers takes milliseconds, and a few seconds where they restart. */
const ASK_MS = 10_000;
/** While a coordinator loads or a new topic spreads, the same question is asked again so often, within ASK_MS. */
const SETTLE_MS = 200;
export const CLOSE_MS = 3_000;

/** One admin connection, replaced after any failure: kafkajs's own does not always come back after its broker went. */
export class Administration {
  #admin: Promise<Admin> | null = null;
  #closed = false;

  constructor(private readonly kafka: kafkajs.Kafka) {}

  /** Throws a VigilError, `doing` in its message. */
  async ask<R>(doing: string, work: (admin: Admin) => Promise<R>): Promise<R> {
    if (this.#closed) throw new VigilError('engine-unavailable', 'the bus is closed', { retriable: true });
    const until = performance.now() + ASK_MS;
    for (;;) {
      const connecting = (this.#admin ??= this.#connect());
      try {
        return await within(until - performance.now(), doing, (async () => work(await connecting))());
      } catch (error) {
        if (this.#admin === connecting) this.#admin = null;
        void connecting.then((admin) => admin.disconnect()).catch(() => undefined);
        if (!isSettling(error) || performance.now() + SETTLE_MS > until) throw translated(error, doing);
        await pause(SETTLE_MS);
      }
    }
  }

  async #connect(): Promise<Admin> {
    const admin = this.kafka.admin();
    await admin.connect();
    return admin;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const admin = this.#admin;
    if (admin)
      await within(
        CLOSE_MS,
        'closing',
        admin.then((one) => one.disconnect()),
      ).catch(() => undefined);
  }
}

/** One line for the operator whose settings do not lead to a broker: the variable, the address, the cause. */
export function startFailure(address: KafkaAddress, error: unknown): VigilError {
  const where = `VIGIL_KAFKA_BROKERS (${address.brokers.join(', ')})`;
  const chain = causes(error);
  const text = chain.map((one) => `${one.name} ${one.message}`).join(' ');
  const why = `${kindOf(error)} ${chain.at(-1)?.message ?? String(error)}`
    .trim()
    .replaceAll(/\s+/g, ' ')
    .slice(0, 300);
  if (/SASL|authentication/i.test(text)) {
    const advice = 'Check VIGIL_KAFKA_SASL (mechanism:user:password).';
    return new VigilError('engine-misconfigured', `${where} refuses to sign in: ${why}. ${advice}`, {
      cause: error,
    });
  }
  if (/certificate|self-signed|SSL|TLS|altname/i.test(text)) {
    const advice = 'Check VIGIL_KAFKA_TLS and VIGIL_KAFKA_CA.';
    return new VigilError('engine-misconfigured', `${where} has no TLS to trust: ${why}. ${advice}`, {
      cause: error,
    });
  }
  if (/AUTHORIZATION_FAILED|INVALID_REPLICATION|POLICY_VIOLATION|UNSUPPORTED_VERSION/.test(text)) {
    const advice =
      'Check the user’s rights, VIGIL_KAFKA_REPLICATION, and that the brokers run Kafka 2.4 or later.';
    return new VigilError('engine-misconfigured', `${where} refuses: ${why}. ${advice}`, { cause: error });
  }
  const hint = address.tls ? '' : ' Check the address; where the brokers want TLS, set VIGIL_KAFKA_TLS.';
  return new VigilError('engine-unavailable', `${where} cannot be reached: ${why}.${hint}`, {
    cause: error,
    retriable: true,
  });
}
