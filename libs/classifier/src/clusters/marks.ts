import { createHash } from 'node:crypto';
import { eventTimeOf, languageOfHit, TEXT_BANK, sloganOf, type Post, type Verdict } from '@vigil/contracts';
import { LEAST_WORDS, Words, bandKeys, minHash, normalise, shingleSet } from '@vigil/text';

/** Hashes by which one post is tied to others; a post may carry 300, and each is a look-up and a comparison with every other. */
const MAX_TIES = 16;

/** By what a post with a match is recognised as one of a campaign. */
export interface Marks {
  /** The first 16 bytes of SHA-256 of the post's id, in hexadecimal. */
  readonly key: string;
  readonly source: string;
  /** Primary subtag, `und` where unknown. */
  readonly language: string;
  /** Event time, milliseconds since the epoch. */
  readonly at: number;
  readonly demo: boolean;
  /** Null where the text has fewer than LEAST_WORDS words: too short to be told from others. */
  readonly text: TextMarks | null;
  /** Hashes of what ties posts of different texts together. */
  readonly ties: readonly string[];
}

export interface TextMarks {
  readonly hash: string;
  readonly signature: Uint32Array;
  readonly bands: Int32Array;
}

/** The marks of a post on which a match stands; `at` is never after `now`. */
export function marksOf(post: Post, verdict: Verdict, now: number): Marks {
  return {
    key: half(post.id),
    source: post.sourceId,
    language: (languageOfHit({ post, verdict }) ?? 'und').split('-')[0] ?? 'und',
    // Origins say years that no database has, and tomorrow.
    at: Math.max(0, Math.min(now, Date.parse(eventTimeOf(post)))),
    demo: post.demo,
    text: textMarks(post.text),
    ties: [...new Set(tiesOf(post, verdict))].slice(0, MAX_TIES).map(half),
  };
}

function textMarks(text: string): TextMarks | null {
  const words = new Words().read(normalise(text));
  if (words.weight() < LEAST_WORDS) return null;
  const read = words.hashes.subarray(0, words.count);
  const signature = minHash(shingleSet(read));
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
  return { hash: half(bytes), signature, bands: bandKeys(signature) };
}

/** Known texts, bytes of media, addresses of posts and files: what translations of one release have in common, the surest first. */
function tiesOf(post: Post, verdict: Verdict): string[] {
  return [
    ...verdict.matches.flatMap((match) => (match.kind === TEXT_BANK ? [`known ${sloganOf(match).id}`] : [])),
    ...post.media.flatMap(({ sha256 }) => (sha256 === null ? [] : [`media ${sha256}`])),
    ...post.links.flatMap((link) => (isOfOneThing(link) ? [`link ${plain(link)}`] : [])),
  ];
}

/** A path of two parts or a query names a post or a file; less names a site, a channel or an invitation that stands under everything. */
function isOfOneThing(link: string): boolean {
  const url = URL.parse(link);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.pathname.split('/').filter(Boolean).length >= 2 || url.search.length > 1;
}

function plain(link: string): string {
  const { hostname, pathname, search } = new URL(link);
  return `${hostname.replace(/^www\./, '')}${pathname.replace(/\/$/, '')}${search}`;
}

function half(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 32);
}
