import { PostId, type PostEvent, type SourceDraft, VigilError } from '@vigil/contracts';
import type { Random } from './random.js';
import type { DemoLine, DemoScript } from './script.js';

/** Channels of a source, and authors of a channel: enough to look alive, few enough to recognise. */
const CHANNELS_PER_SOURCE = 3;
const AUTHORS_PER_CHANNEL = 40;

export interface DemoPostSpec {
  /** Unique within the demo, the same every time: a post published twice counts once. */
  readonly number: string;
  readonly source: SourceDraft;
  readonly language: string;
  readonly line: DemoLine;
  /** Milliseconds since the epoch. */
  readonly publishedAt: number;
  readonly collectedAt: number;
  readonly backfill: boolean;
}

/** One fictional post. What it draws from `random` depends on nothing but the specification. */
export function demoPost(script: DemoScript, spec: DemoPostSpec, random: Random): PostEvent {
  const { source } = spec;
  const book = script.phrasebooks.get(spec.language);
  if (!book) throw new VigilError('internal', `the demo has no words in ${spec.language}`);
  const channel = random.between(1, CHANNELS_PER_SOURCE);
  const author = random.between(1, AUTHORS_PER_CHANNEL);
  const text = random
    .pick(book[spec.line])
    .replaceAll('{place}', random.pick(book.places))
    .replaceAll('{name}', random.pick(book.names))
    .replaceAll('{n}', String(random.between(2, 29)));
  return {
    type: 'observed',
    post: {
      id: PostId.parse(`demo:${spec.number}`),
      revision: 0,
      sourceId: source.id,
      channel: `${source.id}-${channel}`,
      author: { handle: `demo_${channel}_${author}`, nativeId: null, displayName: `Demo author ${author}` },
      publishedAt: new Date(spec.publishedAt).toISOString(),
      collectedAt: new Date(spec.collectedAt).toISOString(),
      title: null,
      text,
      language: spec.language,
      links: [],
      media: [],
      forwardedFrom: null,
      inReplyTo: null,
      permalink: null,
      capture: null,
      backfill: spec.backfill,
      demo: true,
    },
    region: source.labels.region,
    context: source.labels.context,
    trace: { traceparent: null },
  };
}

/** Sources whose people echo slogans: not the newsroom, and not the noticeboard. */
export function echoingSources(script: DemoScript): readonly SourceDraft[] {
  return script.sources.filter((source) => source.labels.context === 'unknown');
}
