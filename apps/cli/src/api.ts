import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ApiError } from '@vigil/contracts';
import { CommandFailure, EXIT } from './failure.js';
import type { Terminal } from './terminal.js';

const DEFAULT_URL = 'http://127.0.0.1:7100';
/** A little over the server's own limit for one statement. */
const TIMEOUT_MS = 35_000;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export interface Asking {
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly body?: unknown;
  /** Sent as it is, instead of `body` as JSON. */
  readonly raw?: { readonly type: string; readonly bytes: Uint8Array };
  readonly timeoutMs?: number;
}

/** An answer of the server that is not the one asked for. `status` 0: there was no answer. */
export class Refused extends CommandFailure {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly retriable: boolean,
  ) {
    super(message, code === 'bad-input' ? EXIT.badUse : EXIT.failed);
  }
}

/** The running server, asked as the local administrator or as whoever VIGIL_TOKEN names. */
export class Api {
  private constructor(
    private readonly base: URL,
    private readonly token: string,
    private readonly signal: AbortSignal,
  ) {}

  /** `url` comes before VIGIL_URL. Throws CommandFailure where the address is no address or there is no token. */
  static async open(terminal: Terminal, url: string | undefined): Promise<Api> {
    const base = addressOf(url ?? (terminal.env['VIGIL_URL'] || ownAddress(terminal.env)));
    return new Api(base, await tokenFor(base, terminal.env), terminal.signal);
  }

  /** Where people reach it. */
  get origin(): string {
    return this.base.href.replace(/\/$/, '');
  }

  /** Throws `Refused`, with the server's own words where it had some. */
  async ask<T>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    schema: z.ZodType<T>,
    asking: Asking = {},
  ): Promise<T> {
    const url = new URL(`api${path}`, this.base);
    for (const [name, value] of Object.entries(asking.query ?? {})) {
      if (value !== undefined)
        url.searchParams.set(name, Array.isArray(value) ? value.join(',') : String(value));
    }
    const response = await this.send(method, url, asking);
    const text = await response.text();
    if (!response.ok) throw refusal(response.status, text);
    const answer = schema.safeParse(text === '' ? undefined : jsonOf(text));
    if (answer.success) return answer.data;
    throw new Refused(
      `${url.href} answered something else than asked: is it a Vigil of this version?`,
      response.status,
      'internal',
      false,
    );
  }

  private async send(method: string, url: URL, { body, raw, timeoutMs }: Asking): Promise<Response> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.token}`,
      accept: 'application/json',
    };
    if (raw) headers['content-type'] = raw.type;
    else if (body !== undefined) headers['content-type'] = 'application/json';
    try {
      return await fetch(url, {
        method,
        headers,
        redirect: 'error',
        signal: AbortSignal.any([this.signal, AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS)]),
        ...(raw
          ? { body: raw.bytes as Uint8Array<ArrayBuffer> }
          : body === undefined
            ? {}
            : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const why =
        error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new Refused(
        `no answer from ${this.base.origin} (${why}). Is Vigil running there? npm start starts it.`,
        0,
        'fetch-failed',
        true,
      );
    }
  }
}

/** Where `npm start` answers in this environment. */
function ownAddress(env: Terminal['env']): string {
  const port = env['VIGIL_PORT'];
  return port ? `http://127.0.0.1:${port}` : DEFAULT_URL;
}

function addressOf(url: string): URL {
  const base = URL.parse(url);
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new CommandFailure(
      `an address such as ${DEFAULT_URL} is expected, and got ${JSON.stringify(url)}`,
      EXIT.badUse,
    );
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

/** This machine's token goes to this machine only. */
async function tokenFor(base: URL, env: Terminal['env']): Promise<string> {
  const given = env['VIGIL_TOKEN'];
  if (given) return given;
  if (!LOOPBACK.test(base.hostname)) {
    throw new CommandFailure(`${base.origin} is another machine: set VIGIL_TOKEN to a token of that server`);
  }
  const folder = env['VIGIL_DATA_DIR'] || fileURLToPath(new URL('../../../data', import.meta.url));
  const file = join(folder, 'cli-token');
  const token = await readFile(file, 'utf8').catch(() => '');
  if (token.trim() !== '') return token.trim();
  throw new CommandFailure(
    `no token to show to the server: ${file} cannot be read. Start Vigil on this machine (npm start), name its data folder in VIGIL_DATA_DIR, or set VIGIL_TOKEN.`,
  );
}

function refusal(status: number, text: string): Refused {
  const said = ApiError.safeParse(jsonOf(text));
  if (!said.success)
    return new Refused(`the server answered ${status} without saying why`, status, 'internal', status >= 500);
  return new Refused(said.data.message, status, said.data.code, said.data.retriable);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
