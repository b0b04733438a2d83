import type { Reuse } from '@vigil/contracts';
import type { NormalisedText } from '@vigil/text';
import type { Ruleset } from '../rules/ruleset.js';
import type { Sighting } from '../verdicts/sightings.js';

/** A post of which this part is the known text has no voice of its own: what would be read is the statement's. */
const STANDS_ALONE = 0.8;

const NONE: readonly Sighting[] = [];

/** The known texts that a post copies, as sightings of their rules. Nothing is done where the bank is empty. */
export function copiesSeen(ruleset: Ruleset, normalised: NormalisedText): readonly Sighting[] {
  const { bank } = ruleset;
  if (!bank) return NONE;
  return bank.known.copiesIn(normalised).map((copy) => ({
    phrase: NO_PHRASE,
    of: bank.firstRule + copy.text,
    start: copy.start,
    end: copy.end,
    copy,
  }));
}

/** A copy is no phrase of the automaton. */
const NO_PHRASE = -1;

/** Whether a sighting is a known text and hardly anything else. */
export function standsAlone({ copy }: Sighting): boolean {
  return copy !== undefined && copy.ofPost >= STANDS_ALONE;
}

/** What a verdict says of the known text that the post has the most of, whether its match stands or not. */
export function reuseOf(ruleset: Ruleset, sightings: readonly Sighting[]): { reuse?: Reuse } {
  const [first, ...others] = sightings.flatMap(({ of, copy }) =>
    copy ? [{ rule: ruleset.rules[of], copy }] : [],
  );
  if (!first) return {};
  const most = others.reduce((a, b) => (b.copy.share > a.copy.share ? b : a), first);
  if (!most.rule) return {};
  const { how, similarity } = most.copy;
  return {
    reuse: {
      item: most.rule.id,
      label: most.rule.title,
      how,
      share: rounded(most.copy.share),
      distance: rounded(1 - similarity),
    },
  };
}

/** Three decimals: the words of a text are hardly ever more than a thousand. */
export function rounded(share: number): number {
  return Math.round(share * 1_000) / 1_000;
}
