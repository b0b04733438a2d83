/**
 * What words of any language have in common in telling who speaks: the model learns one weight for each of these from
 * all languages together, so a word it never saw in training still counts.
 */
export const CONCEPTS = [
  'negation',
  'killing',
  'lying',
  'insult',
  'opposing',
  'khawarij',
  'helping',
  'family',
  'youth',
  'blocking',
  'mercy',
  'scholar',
  'past',
  'police',
  'court',
  'official',
  'saying',
  'press',
  'event',
  'asking',
  'platform',
  'study',
  'method',
  'term',
  'history',
  'brothers',
  'spreading',
  'release',
  'praise',
  'enemy',
  'pledging',
  'standing',
  'fighter',
  'giving',
  'leader',
  'we',
  'i',
  'you',
  'they',
  'laughing',
  'trade',
  'worship',
  'leisure',
] as const;
export type Concept = (typeof CONCEPTS)[number];

/** The words of one language for each, separated by spaces; with * behind, whatever begins like that. */
export type Words = Readonly<Record<Concept, string>>;
