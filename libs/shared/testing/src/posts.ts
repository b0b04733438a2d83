import { Post, PostEvent } from '@vigil/contracts';

let made = 0;

/** A post of which a test says only what it talks about: `aPost().from('telegram').saying('…').build()`. */
export function aPost(): PostBuilder {
  made += 1;
  return new PostBuilder('rss', String(made), {
    revision: 0,
    sourceId: 'a-source',
    channel: 'a-channel',
    author: { handle: 'someone', nativeId: null, displayName: 'Someone' },
    publishedAt: '2026-11-21T11:59:00.000Z',
    collectedAt: '2026-11-21T12:00:00.000Z',
    title: null,
    text: 'a post',
    language: 'en',
    links: [],
    media: [],
    forwardedFrom: null,
    inReplyTo: null,
    permalink: null,
    capture: null,
    backfill: false,
    demo: false,
  });
}

/** Immutable: every step gives a new builder, so that one may stand for several posts. */
export class PostBuilder {
  constructor(
    private readonly platform: string,
    private readonly nativeId: string,
    private readonly fields: Readonly<Record<string, unknown>>,
  ) {}

  /** The platform, the first half of the id. */
  from(platform: string): PostBuilder {
    return new PostBuilder(platform, this.nativeId, this.fields);
  }

  /** The id at its origin, the second half. */
  numbered(nativeId: string | number): PostBuilder {
    return new PostBuilder(this.platform, String(nativeId), this.fields);
  }

  saying(text: string): PostBuilder {
    return this.with({ text });
  }

  titled(title: string): PostBuilder {
    return this.with({ title });
  }

  in(language: string | null): PostBuilder {
    return this.with({ language });
  }

  of(sourceId: string, channel = 'a-channel'): PostBuilder {
    return this.with({ sourceId, channel });
  }

  by(handle: string): PostBuilder {
    return this.with({ author: { handle, nativeId: null, displayName: handle } });
  }

  /** Published then (null: the origin does not say) and, unless given, collected a minute later. */
  at(publishedAt: string | null, collectedAt?: string): PostBuilder {
    const collected =
      collectedAt ??
      (publishedAt === null ? undefined : new Date(Date.parse(publishedAt) + 60_000).toISOString());
    return this.with({ publishedAt, ...(collected === undefined ? {} : { collectedAt: collected }) });
  }

  edited(revision = 1): PostBuilder {
    return this.with({ revision });
  }

  backfilled(): PostBuilder {
    return this.with({ backfill: true });
  }

  demo(): PostBuilder {
    return this.with({ demo: true });
  }

  /** Any other field. */
  with(fields: Partial<Record<keyof Post, unknown>>): PostBuilder {
    return new PostBuilder(this.platform, this.nativeId, { ...this.fields, ...fields });
  }

  /** Throws where the post would break its schema. */
  build(): Post {
    return Post.parse({ ...this.fields, id: `${this.platform}:${this.nativeId}` });
  }
}

/** What the collector publishes of a post. */
export function aPostEvent(
  post: Post | PostBuilder = aPost(),
  options: { type?: PostEvent['type']; region?: string; context?: string } = {},
): PostEvent {
  const { type = 'observed', region = 'global', context = 'unknown' } = options;
  return {
    type,
    post: post instanceof PostBuilder ? post.build() : post,
    region,
    context,
    trace: { traceparent: null },
  };
}
