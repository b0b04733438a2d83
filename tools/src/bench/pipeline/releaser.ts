/**
 * The releaser: a process of its own that releases the posts' lines on schedule over loopback HTTP, one held NDJSON
 * stream for each source, whether or not anybody keeps up (open loop). Says its port on standard output; a phase
 * begins at POST /phase?rate=R&seconds=S; ends with its parent.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json, serveToParent } from '../../ledger/served-to-parent.js';
import { isSampled, line, sourceOf, SOURCES } from './corpus.js';

export interface ReleaserState {
  readonly released: number;
  /** Whether the phase is over. */
  readonly idle: boolean;
  /** The most that a line was released behind its schedule in this phase: the releaser itself must keep up. */
  readonly latestMs: number;
  /** Open streams. */
  readonly streams: number;
  /** [post, milliseconds since the epoch] of the sampled posts released from `from` on. */
  readonly sampled: readonly (readonly [number, number])[];
}

/** Lines are released one by one at their time, to this resolution. */
const TICK_MS = 10;

class Stream {
  /** Everything released, for a reader that comes back and asks for the rest. */
  readonly parts: Buffer[] = [];
  size = 0;
  reader: ServerResponse | null = null;

  release(text: string): void {
    const bytes = Buffer.from(text);
    this.parts.push(bytes);
    this.size += bytes.length;
    this.reader?.write(bytes);
  }
}

const streams = Array.from({ length: SOURCES }, () => new Stream());
const sampled: [number, number][] = [];
let next = 0;
let phase = { startedAt: 0, first: 0, perMs: 0, last: 0 };
let latestMs = 0;

function tick(): void {
  const now = Date.now();
  const due = Math.min(phase.last, phase.first + Math.floor((now - phase.startedAt) * phase.perMs));
  if (next >= due) return;
  latestMs = Math.max(latestMs, now - (phase.startedAt + (next - phase.first) / phase.perMs));
  const publishedAt = new Date(now).toISOString();
  for (; next < due; next += 1) {
    streams[sourceOf(next)]?.release(line(next, publishedAt));
    if (isSampled(next)) sampled.push([next, now]);
  }
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://releaser');
  if (url.pathname === '/state') return json(response, state(Number(url.searchParams.get('from') ?? 0)));
  if (url.pathname === '/phase') {
    const perMs = Number(url.searchParams.get('rate')) / 1_000;
    const last = next + Math.round(perMs * Number(url.searchParams.get('seconds')) * 1_000);
    phase = { startedAt: Date.now(), first: next, perMs, last };
    latestMs = 0;
    return json(response, state(sampled.length));
  }
  const stream = streams[Number(url.pathname.slice(1))];
  if (stream) follow(stream, request, response);
  else response.writeHead(404).end();
}

function follow(stream: Stream, request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-type': 'application/x-ndjson',
    ...(from > 0 ? { 'content-range': `bytes ${from}-*/*` } : {}),
  });
  response.flushHeaders();
  response.socket?.setNoDelay(true);
  response.write(Buffer.concat(stream.parts).subarray(from));
  stream.reader = response;
  response.on('close', () => {
    if (stream.reader === response) stream.reader = null;
  });
}

function state(from: number): ReleaserState {
  return {
    released: next,
    idle: next >= phase.last,
    latestMs: Math.round(latestMs),
    streams: streams.filter((stream) => stream.reader !== null).length,
    sampled: sampled.slice(from),
  };
}

setInterval(tick, TICK_MS);
serveToParent(answer);
