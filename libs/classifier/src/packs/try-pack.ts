import { VigilError } from '@vigil/contracts';
import { broadRules, everydayPosts, type BroadRule } from './breadth.js';
import { checkExamples, type ExampleFailure } from './examples.js';
import { parsePack, type ParsedPack } from './parse-pack.js';
import type { Pack } from './schema.js';
import { tryingRuleset } from './trying.js';

/** What a well-formed pack does: the examples that do not hold, and the rules that match everyday language. */
export interface PackTrial {
  readonly examples: readonly ExampleFailure[];
  readonly broad: readonly BroadRule[];
}

/** Compiles a pack once and tries it: some 10 µs a phrase, and a tenth of a second for the everyday posts. */
export async function tryPack(pack: Pack): Promise<PackTrial> {
  const ruleset = tryingRuleset(pack);
  return {
    examples: checkExamples(pack, ruleset),
    broad: broadRules(ruleset, await everydayPosts()),
  };
}

/** Throws `bad-input` with every reason for which this pack must not be published. */
export function refuseToPublish(pack: Pack, { examples, broad }: PackTrial): void {
  const fields = [
    ...broad.map(({ rule, listedUnder, phrase, message }) => ({
      path: `${rule} phrases.${listedUnder}`,
      message: `“${phrase}”: ${message}`,
    })),
    ...examples.map(({ rule, expected, example, message }) => ({
      path: `${rule} examples.${expected}`,
      message: `“${example}” ${message}`,
    })),
  ];
  const [first] = fields;
  if (!first) return;
  const reasons = [
    ...(broad.length > 0 ? [`${broad.length} of its rules match everyday language`] : []),
    ...(examples.length > 0 ? [`${examples.length} of its examples do not hold`] : []),
  ];
  throw new VigilError(
    'bad-input',
    `rule pack ${pack.name}: ${reasons.join(', and ')}, the first in ${first.path}: ${first.message}`,
    { fields },
  );
}

/**
 * All that can be known of a pack from its files: where they are in order, rules that match everyday language are
 * problems too, at the phrase that does it.
 */
export async function checkPack(files: ReadonlyMap<string, string>): Promise<ParsedPack> {
  const parsed = parsePack(files);
  if (!parsed.pack) return parsed;
  const problems = broadRules(tryingRuleset(parsed.pack), await everydayPosts()).map((broad) => {
    const id = broad.rule.slice(broad.rule.indexOf('/') + 1);
    const rule = parsed.pack?.rules.find((one) => one.id === id);
    const at = rule?.phrases[broad.listedUnder]?.indexOf(broad.phrase) ?? 0;
    return parsed.problemAt(id, ['phrases', broad.listedUnder, Math.max(0, at)], broad.message);
  });
  return problems.length === 0 ? parsed : { ...parsed, pack: null, problems };
}
