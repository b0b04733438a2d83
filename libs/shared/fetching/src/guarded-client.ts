import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { Agent, buildConnector, errors } from 'undici';
import type { CollectorSettings } from '@vigil/config';
import { isVigilError, VigilError } from '@vigil/contracts';
import { addressPolicy, checkResolved, checkUrl, type AddressPolicy } from './address-policy.js';
import { ACCEPT_ENCODING, decompress, tooLarge } from './decompress.js';
import { userAgent } from './user-agent.js';

/** As browsers limit less (20) and feed readers about so. */
const MAX_REDIRECTS = 5;
/** All response headers together. */
const MAX_HEADER_BYTES = 32 * 1024;
/** A TCP and TLS handshake beyond this is a host that does not answer. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Resolves a host name to its addresses; injected so that tests can rebind. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

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
      const answer = await this.#follow(url, request, deadline.signal, { 'accept-encoding': ACCEPT_ENCODING }, 0);
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
      const answer = await this.#follow(url, request, deadline.signal, { 'accept-encoding': 'identity' }, request.idleMs);
      deadline.stopTimer();
      const encoding = (answer.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
      if (encoding !== 'identity' && encoding !== '') {
        answer.body.destroy();
        throw new VigilError('fetch-failed', `the answer is compressed (${encoding.slice(0, 40)}) although identity was asked for: its byte offsets would mean nothing`);
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
      if (!redirected || (method !== 'GET' && method !== 'HEAD')) {
        return { url: url.href, status: response.statusCode, headers: answerHeaders, body: response.body };
      }
      response.body.destroy();
      if (redirects === MAX_REDIRECTS) {
        throw new VigilError('fetch-failed', `${new URL(start).host} redirects more than ${MAX_REDIRECTS} times`);
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
  return new VigilError('refused-address', `not fetched: ${from.host} redirects a request with credentials to unencrypted http at ${to.host}`);
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

async function resolveAll(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true, verbatim: true })).map((found) => found.address);
}

/** Connects only to addresses that were checked: the socket's own look-up answers with exactly those. */
function guardedConnector(policy: AddressPolicy, resolve: Resolve): buildConnector.connector {
  return (target, callback) => {
    const literal = target.hostname.replace(/^\[|\]$/g, '');
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    const connect = async () => {
      const addresses = isIP(literal) === 0 ? await resolve(literal) : [literal];
      if (addresses.length === 0) throw new VigilError('fetch-failed', `${literal} has no address`, { retriable: true });
      checkResolved(policy, literal, port, addresses);
      const answers = addresses.map((address) => ({ address, family: isIP(address) }));
      const checked: LookupFunction = (_host, options, done) => {
        if (options.all) done(null, answers);
        else done(null, answers[0]?.address ?? '', answers[0]?.family);
      };
      const connector = buildConnector({ timeout: CONNECT_TIMEOUT_MS, allowH2: false, lookup: checked, autoSelectFamily: true });
      connector(target, callback);
    };
    connect().catch((error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null));
  };
}

/** Ends a request after its whole time, or when the caller's signal says so. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal | undefined;
  timedOut = false;

  constructor(
    readonly timeoutMs: number,
    outer: AbortSignal | undefined,
  ) {
    this.#outer = outer;
    this.#timer = setTimeout(() => {
      this.timedOut = true;
      this.#controller.abort();
    }, timeoutMs);
    if (outer?.aborted) this.#controller.abort();
    else outer?.addEventListener('abort', this.#onOuter, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get cancelled(): boolean {
    return this.#outer?.aborted ?? false;
  }

  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#onOuter);
  }

  readonly #onOuter = (): void => this.#controller.abort();
}

const PERMANENT: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** One named error for whatever went wrong on the way, saying which host and what happened. */
function asVigilError(error: unknown, url: string, deadline: Deadline): VigilError {
  if (isVigilError(error)) return error;
  const host = hostOf(url);
  if (deadline.timedOut) {
    return new VigilError('fetch-failed', `${host} did not answer completely within ${deadline.timeoutMs} ms`, { retriable: true, cause: error });
  }
  if (deadline.cancelled) return new VigilError('fetch-failed', `the fetch from ${host} was cancelled`, { retriable: true, cause: error });
  if (error instanceof errors.HeadersOverflowError) {
    return new VigilError('too-large', `the headers of ${host} are larger than ${MAX_HEADER_BYTES} bytes`, { cause: error });
  }
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  const code = codeOf(cause) ?? codeOf(error) ?? 'unknown cause';
  return new VigilError('fetch-failed', `${host}: ${EXPLAINED[code] ?? 'the request failed'} (${code})`, {
    retriable: !PERMANENT.has(code),
    cause: error,
  });
}

const EXPLAINED: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed in the middle',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection was not made in time',
  UND_ERR_CONNECT_TIMEOUT: 'the connection was not made in time',
  UND_ERR_SOCKET: 'the connection was closed in the middle',
  UND_ERR_BODY_TIMEOUT: 'the stream fell silent',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is shorter or longer than it said',
  HPE_INVALID_CONSTANT: 'the answer is not HTTP',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
};

function codeOf(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the address';
}
