import { eventTimeOf, Hit, type Post, type Severity, Verdict, type VerdictEvent } from '@vigil/contracts';
import { aPost, PostBuilder } from './posts.js';

export interface VerdictOptions {
  /** Full ids, `pack/rule`. None: nothing matched. */
  readonly rules?: readonly string[];
  readonly ruleset?: number;
  readonly severity?: Severity;
  readonly indicator?: Verdict['indicator'];
  readonly stance?: Verdict['stance'];
  readonly type?: VerdictEvent['type'];
  readonly region?: string;
}

const A_RULE = 'isis-messaging/a-slogan';

/** A verdict over a post: each rule matches its first word. */
export function aVerdict(post: Post, options: VerdictOptions = {}): Verdict {
  const {
    rules = [A_RULE],
    ruleset = 1,
    severity = 'medium',
    indicator = 'other',
    stance = 'unclear',
  } = options;
  const end = Math.max(1, post.text.search(/\s|$/));
  return Verdict.parse({
    postId: post.id,
    revision: post.revision,
    ruleset,
    matches: rules.map((rule) => ({
      rule,
      kind: 'slogan',
      title: rule.split('/')[1],
      packVersion: 1,
      span: { start: 0, end },
      normalised: post.text.slice(0, end).toLowerCase(),
      language: post.language ?? 'und',
      severity,
      indicator,
    })),
    cancelled: [],
    exclusions: [],
    score: rules.length > 0 ? 0.6 : 0,
    severity: rules.length > 0 ? severity : null,
    indicator: rules.length > 0 ? indicator : null,
    stance,
  });
}

/** What the classifier publishes: the post goes along only where something matched. */
export function aVerdictEvent(
  from: Post | PostBuilder = aPost(),
  options: VerdictOptions = {},
): VerdictEvent {
  const post = from instanceof PostBuilder ? from.build() : from;
  const verdict = aVerdict(post, options);
  const { id, revision, sourceId, channel, publishedAt, collectedAt, backfill, demo } = post;
  return {
    type: options.type ?? 'observed',
    facts: {
      id,
      revision,
      sourceId,
      channel,
      region: options.region ?? 'global',
      publishedAt,
      collectedAt,
      backfill,
      demo,
    },
    verdict,
    post: verdict.matches.length > 0 ? post : null,
    trace: { traceparent: null },
  };
}

/** What such a verdict leaves in the index. */
export function aHit(
  from: Post | PostBuilder = aPost(),
  options: VerdictOptions & { state?: Hit['state'] } = {},
): Hit {
  const post = from instanceof PostBuilder ? from.build() : from;
  return Hit.parse({
    post,
    verdict: aVerdict(post, options),
    state: options.state ?? 'current',
    region: options.region ?? 'global',
    eventTime: eventTimeOf(post),
    firstSeenAt: post.collectedAt,
  });
}
