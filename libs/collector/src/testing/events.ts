import { PostId, SourceId, type PostEvent } from '@vigil/contracts';

/** A post event for tests that care only for its id. */
export function anEvent(nativeId: string, sourceId = 'test'): PostEvent {
  return {
    type: 'observed',
    post: {
      id: PostId.parse(`import:${nativeId}`),
      revision: 0,
      sourceId: SourceId.parse(sourceId),
      channel: 'channel',
      author: { handle: null, nativeId: null, displayName: null },
      publishedAt: null,
      collectedAt: '2026-11-21T12:00:00.000Z',
      title: null,
      text: 'a post',
      language: null,
      links: [],
      media: [],
      forwardedFrom: null,
      inReplyTo: null,
      permalink: null,
      capture: null,
      backfill: false,
      demo: false,
    },
    region: 'global',
    context: 'unknown',
    trace: { traceparent: null },
  };
}
