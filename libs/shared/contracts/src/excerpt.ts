import type { Post } from './post.js';
import type { ShadowSample } from './rule-life.js';
import type { Match } from './verdict.js';

/** Words kept on either side of a match, in UTF-16 units: some sentences, enough to tell what is meant. */
const AROUND = 300;
/** Longest match that is kept whole: a phrase has at most 200 characters, but may be spaced out in the text. */
const LONGEST = 1_000;

/** What of a text is kept around a match, with the match's span counted in it. Never cuts a character in two. */
export function excerptOf(text: string, match: Match): { excerpt: string; match: Match } {
  const start = wholeAt(text, Math.max(0, match.span.start - AROUND));
  const most = Math.min(match.span.end, match.span.start + LONGEST);
  const end = wholeAt(text, Math.min(text.length, most + AROUND));
  const span = { start: match.span.start - start, end: most - start };
  return { excerpt: text.slice(start, end), match: { ...match, span } };
}

/** What is kept of a post so that somebody can judge a match by it: where it is from, and the words around. */
export function sampleOf(post: Post, match: Match): ShadowSample {
  const { id: postId, sourceId, channel, language, publishedAt, collectedAt, permalink, text } = post;
  return {
    ...{ postId, sourceId, channel, language, publishedAt, collectedAt, permalink },
    ...excerptOf(text, match),
  };
}

/** The offset itself, or the one before where it stands within a surrogate pair. */
function wholeAt(text: string, offset: number): number {
  const low = text.charCodeAt(offset);
  const high = text.charCodeAt(offset - 1);
  const within = low >= 0xdc00 && low <= 0xdfff && high >= 0xd800 && high <= 0xdbff;
  return within ? offset - 1 : offset;
}
