/**
 * The feeder: a process of its own that releases the plan's posts on schedule as feeds and NDJSON streams over loopback
 * HTTP, and writes every released post into the ledger. Argument: JSON of { options, ledger }. Says its port in one line on standard
 * output; begins at /start; /delay?ms=N sets its clock back by so long; /finish
 * leaves out what is not released yet; ends with its parent.
 */
import { appendFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LedgerEntry, postIdOf } from './ledger.js';
import { feedOf, ndjsonOf, type Released } from './feeds.js';
import { makeLoad, type LoadOptions, type PlannedSource } from './posts.js';
import { json, serveToParent } from './served-to-parent.js';

export interface FeederState {
  /** Milliseconds since the epoch; null before the start. */
  readonly startedAt: number | null;
  /** Where it stands in the plan, milliseconds. */
  readonly elapsedMs: number;
  /** Lines released, and of how many. */
  readonly released: number;
  readonly lines: number;
  /** Distinct posts released by the streams, and by the feeds. */
  readonly streamed: number;
  readonly fed: number;
}

const TICK_MS = 10;
const { options, ledger }: { options: LoadOptions; ledger: string } = JSON.parse(process.argv[2] ?? '{}');
const plan = makeLoad(options);

class Channel {
  readonly released: Released[] = [];
  text = Buffer.alloc(0);
  readonly listeners = new Set<ServerResponse>();
  constructor(readonly source: PlannedSource) {}

  get isFeed(): boolean {
    return this.source.kind === 'rss' || this.source.kind === 'atom';
  }

  release(more: readonly Released[]): void {
    this.released.push(...more);
    if (this.isFeed) return;
    const bytes = Buffer.from(more.map(ndjsonOf).join(''));
    this.text = Buffer.concat([this.text, bytes]);
    for (const listener of this.listeners) listener.write(bytes);
  }
}

const channels = new Map(plan.sources.map((source) => [source.id, new Channel(source)]));
let startedAt: number | null = null;
let next = 0;
let end = plan.lines.length;
const posts = { streamed: 0, fed: 0 };

function tick(): void {
  if (startedAt === null) return;
  const elapsed = elapsedMs();
  const publishedAt = `${new Date().toISOString().slice(0, 19)}Z`;
  const due = new Map<Channel, Released[]>();
  const entries: LedgerEntry[] = [];
  for (; next < end; next += 1) {
    const line = plan.lines[next];
    const channel = line && channels.get(line.source);
    if (!line || !channel || line.releaseMs > elapsed) break;
    const first = channel.released.find((one) => line.repeated && one.line.id === line.id);
    const released = { line, publishedAt: first?.publishedAt ?? publishedAt };
    due.set(channel, [...(due.get(channel) ?? []), released]);
    entries.push({
      source: line.source,
      post: postIdOf(channel.source, line),
      revision: line.revision,
      rule: line.rule,
      publishedAt: released.publishedAt,
    });
    if (!line.repeated) posts[channel.isFeed ? 'fed' : 'streamed'] += 1;
  }
  if (entries.length === 0) return;
  // The ledger first: what the program sees is always in it.
  appendFileSync(ledger, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  for (const [channel, more] of due) channel.release(more);
}

function elapsedMs(): number {
  return startedAt === null ? 0 : Date.now() - startedAt;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://feeder');
  if (path === '/state') return json(response, state());
  if (path === '/start') {
    startedAt ??= Date.now();
    return json(response, state());
  }
  if (path === '/delay') {
    const ms = Number(searchParams.get('ms') ?? 0);
    if (startedAt !== null) startedAt += ms;
    return json(response, state());
  }
  if (path === '/finish') {
    end = next;
    return json(response, state());
  }
  const channel = channels.get(path.slice(1));
  if (!channel) {
    response.writeHead(404).end();
    return;
  }
  if (channel.isFeed) feed(channel, request, response);
  else stream(channel, request, response);
}

function feed(channel: Channel, request: IncomingMessage, response: ServerResponse): void {
  const etag = `"${channel.released.length}"`;
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end();
    return;
  }
  const type = channel.source.kind === 'atom' ? 'application/atom+xml' : 'application/rss+xml';
  response
    .writeHead(200, { 'content-type': `${type}; charset=utf-8`, etag })
    .end(feedOf(channel.source, channel.released));
}

function stream(channel: Channel, request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const held = channel.source.kind === 'held-stream';
  const size = channel.text.length;
  if (from > size || (from === size && from > 0 && !held)) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  const range =
    from > 0 ? { 'content-range': held ? `bytes ${from}-*/*` : `bytes ${from}-${size - 1}/${size}` } : {};
  response.writeHead(from > 0 ? 206 : 200, { 'content-type': 'application/x-ndjson', ...range });
  if (!held) {
    response.end(channel.text.subarray(from));
    return;
  }
  response.flushHeaders();
  response.write(channel.text.subarray(from));
  channel.listeners.add(response);
  response.on('close', () => channel.listeners.delete(response));
}

function state(): FeederState {
  return {
    startedAt,
    elapsedMs: elapsedMs(),
    released: next,
    lines: end,
    ...posts,
  };
}

setInterval(tick, TICK_MS);
serveToParent(answer);
