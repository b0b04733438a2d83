import type { Conditions } from '../packs/schema.js';
import { addressesOf, type Linking } from '../links/of-post.js';
import { LinkBank } from '../links/link-bank.js';

/** What a rule may ask of a post beside its text. What is absent is unknown, and no condition on it holds. */
export interface Circumstances extends Linking {
  /** What kind of voice its source is, and its region (see SourceLabels). */
  readonly context: string;
  readonly region?: string | undefined;
  readonly language?: string | null | undefined;
  readonly author?: { readonly handle: string | null; readonly nativeId: string | null } | undefined;
  readonly media?: readonly { readonly mime: string | null }[] | undefined;
}

/** The conditions of a rule, ready to be asked. */
export interface CompiledConditions {
  readonly asked: readonly Asked[];
}

interface Asked {
  /** For a person: “a source labelled news”. */
  readonly says: string;
  holds(post: Circumstances): boolean;
}

export function compileConditions(conditions: Conditions): CompiledConditions {
  const { sources, regions, languages, authors, links, media } = conditions;
  const asked: Asked[] = [];
  if (sources) {
    const labels = new Set<string>(sources);
    asked.push({
      says: `a source labelled ${sources.join(' or ')}`,
      holds: (post) => labels.has(post.context),
    });
  }
  if (regions)
    asked.push({
      says: `a source of ${regions.join(' or ')}`,
      holds: (post) => regions.includes(post.region ?? ''),
    });
  if (languages)
    asked.push({
      says: `a post in ${languages.join(' or ')}`,
      holds: ({ language }) =>
        languages.some((tag) => language === tag || language?.startsWith(`${tag}-`) === true),
    });
  if (authors) {
    const handles = new Set(authors.map(handleOf));
    asked.push({
      says: 'a named author',
      holds: ({ author }) =>
        [author?.handle, author?.nativeId].some(
          (name) => typeof name === 'string' && handles.has(handleOf(name)),
        ),
    });
  }
  if (links) {
    const bank = LinkBank.build(links.map((address) => ({ of: 0, address })));
    asked.push({
      says: 'a named link',
      holds: (post) => addressesOf(post).some(({ address }) => bank.has(address)),
    });
  }
  if (media) asked.push({ says: MEDIA[media], holds: (post) => holdsMedia(media, post.media ?? []) });
  return { asked };
}

const MEDIA = {
  any: 'a post with media',
  none: 'a post without media',
  image: 'a post with an image',
  video: 'a post with a video',
  audio: 'a post with a recording',
} as const;

/** What of the conditions does not hold, for a person; null where all do. */
export function missingOf({ asked }: CompiledConditions, post: Circumstances): string | null {
  return asked.find((one) => !one.holds(post))?.says ?? null;
}

/** Which of the conditions holds, for a person; null where none does. */
export function holdingOf({ asked }: CompiledConditions, post: Circumstances): string | null {
  return asked.find((one) => one.holds(post))?.says ?? null;
}

function handleOf(name: string): string {
  return name.replace(/^@/, '').toLowerCase();
}

function holdsMedia(wanted: keyof typeof MEDIA, media: readonly { readonly mime: string | null }[]): boolean {
  if (wanted === 'any') return media.length > 0;
  if (wanted === 'none') return media.length === 0;
  return media.some(({ mime }) => mime?.startsWith(`${wanted}/`) === true);
}
