import {
  type Match,
  Match as MatchSchema,
  PostId,
  type Post,
  Post as PostSchema,
  SourceId,
  type VerdictEvent,
} from '@vigil/contracts';

export interface VerdictSketch {
  readonly id?: string;
  readonly type?: VerdictEvent['type'];
  readonly revision?: number;
  readonly ruleset?: number;
  readonly rules?: readonly string[];
  readonly source?: string;
  readonly channel?: string;
  readonly region?: string;
  readonly author?: string;
  readonly language?: string;
  readonly text?: string;
  readonly publishedAt?: string | null;
  readonly collectedAt?: string;
  readonly backfill?: boolean;
  readonly demo?: boolean;
}

export function aMatch(rule: string, text: string): Match {
  return MatchSchema.parse({
    rule,
    kind: 'slogan',
    title: `Title of ${rule}`,
    packVersion: 1,
    span: { start: 0, end: Math.min(5, text.length) },
    normalised: text.slice(0, 5),
    language: 'en',
    severity: 'high',
    indicator: 'territorial-claim',
  });
}

export function aPost(sketch: VerdictSketch): Post {
  return PostSchema.parse({
    id: sketch.id ?? 'rss:1',
    revision: sketch.revision ?? 0,
    sourceId: sketch.source ?? 'source-a',
    channel: sketch.channel ?? 'main',
    author: { handle: sketch.author ?? null, nativeId: null, displayName: null },
    publishedAt: sketch.publishedAt === undefined ? '2026-11-21T11:58:00Z' : sketch.publishedAt,
    collectedAt: sketch.collectedAt ?? '2026-11-21T11:59:00Z',
    title: null,
    text: sketch.text ?? 'words of a post',
    language: sketch.language ?? 'en',
    links: [],
    media: [],
    forwardedFrom: null,
    inReplyTo: null,
    permalink: null,
    capture: null,
    backfill: sketch.backfill ?? false,
    demo: sketch.demo ?? false,
  });
}

/** A verdict event: a hit where `rules` are named, an ordinary post where not. Only says what the test talks about. */
export function aVerdict(sketch: VerdictSketch = {}): VerdictEvent {
  const post = aPost(sketch);
  const type = sketch.type ?? 'observed';
  const matches = type === 'deleted' ? [] : (sketch.rules ?? []).map((rule) => aMatch(rule, post.text));
  const hit = matches.length > 0;
  return {
    type,
    facts: {
      id: PostId.parse(post.id),
      revision: post.revision,
      sourceId: SourceId.parse(post.sourceId),
      channel: post.channel,
      region: sketch.region ?? 'sahel',
      publishedAt: post.publishedAt,
      collectedAt: post.collectedAt,
      backfill: post.backfill,
      demo: post.demo,
    },
    verdict: {
      postId: post.id,
      revision: post.revision,
      ruleset: sketch.ruleset ?? 1,
      matches,
      cancelled: [],
      exclusions: [],
      score: hit ? 0.8 : 0,
      severity: hit ? 'high' : null,
      indicator: hit ? 'territorial-claim' : null,
      stance: 'unclear',
    },
    post: hit ? post : null,
    trace: { traceparent: null },
  };
}
