/** Sources, or languages, in which a campaign begins within RELEASED_WITHIN_MS to be a coordinated release. */
export const COORDINATED = { sources: 5, languages: 3 };
export const RELEASED_WITHIN_MS = 24 * 3_600_000;

/** One source's posts of a campaign in one language. */
export interface Voice {
  readonly source: string;
  readonly language: string;
  readonly posts: number;
  /** Event time of the first, milliseconds since the epoch. */
  readonly firstAt: number;
}

/** Languages that are known. */
export function languagesOf(voices: readonly Voice[]): Set<string> {
  return new Set(voices.flatMap(({ language }) => (language === 'und' ? [] : [language])));
}

/**
 * Whether a campaign was released: five sources, or three languages, that each had it for the first time within a day of
 * one another. What a source repeats later counts for nothing, and so does a text that spreads from source to source over weeks.
 */
export function isCoordinated(voices: readonly Voice[]): boolean {
  const known = voices.filter(({ language }) => language !== 'und');
  return (
    mostWithin(firstOfEach(voices, (voice) => voice.source)) >= COORDINATED.sources ||
    mostWithin(firstOfEach(known, (voice) => voice.language)) >= COORDINATED.languages
  );
}

function firstOfEach(voices: readonly Voice[], by: (voice: Voice) => string): number[] {
  return [...Map.groupBy(voices, by).values()]
    .map((own) => Math.min(...own.map(({ firstAt }) => firstAt)))
    .sort((a, b) => a - b);
}

/** How many of these instants, in order, lie in the fullest stretch of RELEASED_WITHIN_MS. */
function mostWithin(instants: readonly number[]): number {
  let from = 0;
  let most = 0;
  instants.forEach((instant, at) => {
    while (instant - (instants[from] as number) > RELEASED_WITHIN_MS) from++;
    most = Math.max(most, at - from + 1);
  });
  return most;
}
