import { Agent } from 'undici';
import type { CollectorSettings } from '@vigil/config';
import { VigilError } from '@vigil/contracts';
import { addressPolicy, checkUrl, type AddressPolicy } from './address-policy.js';
import { Deadline } from './deadline.js';
import { ACCEPT_ENCODING, decompress, tooLarge } from './decompress.js';
import { asVigilError, MAX_HEADER_BYTES } from './failures.js';
import { guardedConnector, resolveAll, type Resolve } from './guarded-connector.js';
import { userAgent } from './user-agent.js';

/** As browsers limit less (20) and feed readers about so. */
const MAX_REDIRECTS = 5;

export interface GuardedClientOptions {
  /** `host` or `host:port` that may be asked although private. */
  readonly allowHosts: readonly string[];
  /** Whole time of one fetch, redirects included. */
  readonly timeoutMs: number;
  /** Largest body after decompression. */
  readonly maxBytes: number;
  readonly userAgent: string;
  readonly resolve?: Resolve;
}

export interface GuardedRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Whether GET and HEAD follow redirects; `false`: the redirect is the answer. Default true. */
  readonly follow?: boolean;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

export interface StreamRequest extends Omit<GuardedRequest, 'method' | 'body' | 'maxBytes'> {
  /** Longest silence within the body; beyond it the stream ends with `fetch-failed`. `timeoutMs` bounds only the time to the headers. */
  readonly idleMs: number;
}

export interface Answer {
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly status: number;
  /** Names in lower case; repeated ones joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Fetched extends Answer {
  /** Decompressed. */
  readonly body: Uint8Array;
  /** What came over the wire. */
  readonly wireBytes: number;
}

export interface Streamed extends Answer {
  /** As sent (identity encoding is asked for). Must be read to its end or closed. */
  readonly body: AsyncIterable<Uint8Array>;
  close(): void;
}

/**
 * The one way out: every request the program makes to an address somebody configured goes through here.
 * http(s) only; every address a name resolves to is checked when the connection is made (also after a redirect), and
 * the connection goes to the checked address, so that a name cannot be rebound in between. GET and HEAD follow up to
 * five redirects; authorization and cookies stay with the origin they were meant for.
 *
 * Errors: `refused-address`, `fetch-failed` (retriable where trying again can help), `too-large`, `bad-input` (no URL).
 * A status of 400 or above is an answer, not an error.
 */
export class GuardedClient {
  readonly #agent: Agent;
  readonly #policy: AddressPolicy;
  readonly #options: GuardedClientOptions;

  constructor(options: GuardedClientOptions) {
    this.#options = options;
    this.#policy = addressPolicy(options.allowHosts);
    this.#agent = new Agent({
      connect: guardedConnector(this.#policy, options.resolve ?? resolveAll),
      maxHeaderSize: MAX_HEADER_BYTES,
      // A kept connection saves a handshake when one server has several sources; longer idling only costs sockets.
      keepAliveTimeout: 4_000,
    });
  }

  static fromSettings(settings: CollectorSettings): GuardedClient {
    return new GuardedClient({
      allowHosts: settings.allowHosts,
      timeoutMs: settings.fetchTimeoutMs,
      maxBytes: settings.fetchMaxBytes,
      userAgent: userAgent(settings.contact),
    });
  }

  /** Asks and reads the whole body. */
  async fetch(url: string, request: GuardedRequest = {}): Promise<Fetched> {
    const deadline = new Deadline(request.timeoutMs ?? this.#options.timeoutMs, request.signal);
    const maxBytes = request.maxBytes ?? this.#options.maxBytes;
    try {
      const answer = await this.#follow(
        url,
        request,
        deadline.signal,
        { 'accept-encoding': ACCEPT_ENCODING },
        0,
      );
      if (Number(answer.headers['content-length'] ?? 0) > maxBytes && request.method !== 'HEAD') {
        answer.body.destroy();
        throw tooLarge(maxBytes);
      }
      let wireBytes = 0;
      const counted = (async function* () {
        for await (const chunk of answer.body) {
          wireBytes += chunk.length;
          if (wireBytes > maxBytes) throw tooLarge(maxBytes);
          yield chunk as Uint8Array;
        }
      })();
      const encoding = request.method === 'HEAD' ? undefined : answer.headers['content-encoding'];
      const chunks: Uint8Array[] = [];
      for await (const chunk of decompress(counted, encoding, maxBytes)) chunks.push(chunk);
      const { url: from, status, headers } = answer;
      return { url: from, status, headers, body: Buffer.concat(chunks), wireBytes };
    } catch (error) {
      throw asVigilError(error, url, deadline);
    } finally {
      deadline.clear();
    }
  }

  /** Asks and hands the body over as it comes, for streams that may never end. */
  async stream(url: string, request: StreamRequest): Promise<Streamed> {
    const deadline = new Deadline(request.timeoutMs ?? this.#options.timeoutMs, request.signal);
    try {
      const answer = await this.#follow(
        url,
        request,
        deadline.signal,
        { 'accept-encoding': 'identity' },
        request.idleMs,
      );
      deadline.stopTimer();
      const encoding = (answer.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
      if (encoding !== 'identity' && encoding !== '') {
        answer.body.destroy();
        throw new VigilError(
          'fetch-failed',
          `the answer is compressed (${encoding.slice(0, 40)}) although identity was asked for: its byte offsets would mean nothing`,
        );
      }
      const body = (async function* () {
        try {
          for await (const chunk of answer.body) yield chunk as Uint8Array;
        } catch (error) {
          throw asVigilError(error, url, deadline);
        } finally {
          deadline.clear();
        }
      })();
      const close = () => {
        answer.body.destroy();
        deadline.clear();
      };
      return { url: answer.url, status: answer.status, headers: answer.headers, body, close };
    } catch (error) {
      deadline.clear();
      throw asVigilError(error, url, deadline);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #follow(
    start: string,
    request: GuardedRequest,
    signal: AbortSignal,
    ownHeaders: Readonly<Record<string, string>>,
    bodyTimeout: number,
  ) {
    let url = checkUrl(this.#policy, start);
    let headers: Record<string, string> = {
      'user-agent': this.#options.userAgent,
      ...ownHeaders,
      ...lowerCased(request.headers ?? {}),
    };
    const method = request.method ?? 'GET';
    for (let redirects = 0; ; redirects++) {
      const response = await this.#agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers,
        body: request.body ?? null,
        signal,
        headersTimeout: 0, // the deadline bounds it
        bodyTimeout,
      });
      // Destroying a body before its end raises an error on it, which is nobody's business any more.
      response.body.on('error', () => undefined);
      const answerHeaders = joined(response.headers);
      const location = answerHeaders['location'];
      const redirected = [301, 302, 303, 307, 308].includes(response.statusCode) && location !== undefined;
      if (!redirected || request.follow === false || (method !== 'GET' && method !== 'HEAD')) {
        return { url: url.href, status: response.statusCode, headers: answerHeaders, body: response.body };
      }
      response.body.destroy();
      if (redirects === MAX_REDIRECTS) {
        throw new VigilError(
          'fetch-failed',
          `${new URL(start).host} redirects more than ${MAX_REDIRECTS} times`,
        );
      }
      const next = checkUrl(this.#policy, location, url);
      if (next.origin !== url.origin) {
        if (url.protocol === 'https:' && next.protocol === 'http:' && carriesCredentials(headers)) {
          throw refusedDowngrade(url, next);
        }
        headers = withoutCredentials(headers);
      }
      url = next;
    }
  }
}

const CREDENTIAL_HEADERS: readonly string[] = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key'];

function carriesCredentials(headers: Readonly<Record<string, string>>): boolean {
  return CREDENTIAL_HEADERS.some((name) => headers[name] !== undefined);
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIAL_HEADERS.includes(name)));
}

function refusedDowngrade(from: URL, to: URL): VigilError {
  return new VigilError(
    'refused-address',
    `not fetched: ${from.host} redirects a request with credentials to unencrypted http at ${to.host}`,
  );
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) out[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return out;
}
