import { isDeepStrictEqual } from 'node:util';
import type { FieldError } from '@vigil/contracts';
import type { Pack, SloganRule } from './schema.js';

/** A rule as the version of a pack has it that retired it first. */
export interface RetiredRule {
  readonly version: number;
  readonly rule: SloganRule;
}

/** What makes a rule the rule it is: hits, counts and alerts of years hang on these under its id. */
const MEANING = ['kind', 'category', 'indicator', 'region', 'slogan', 'phrases', 'pattern', 'links'] as const;

/**
 * Where a pack gives the id of a retired rule a life or another meaning: one fault each, empty where it does neither.
 * A retired rule may stay in the pack as it is, or leave it. `retired`: by id, of all versions before.
 */
export function retiredFaults(pack: Pack, retired: ReadonlyMap<string, RetiredRule>): FieldError[] {
  return pack.rules.flatMap((rule) => {
    const before = retired.get(rule.id);
    if (!before) return [];
    const path = `${pack.name}/${rule.id}`;
    const since = `was retired in version ${before.version}`;
    if (rule.state !== 'retired')
      return [
        {
          path: `${path} state`,
          message: `${since} and stays so: give the ${rule.state} rule an id of its own`,
        },
      ];
    return MEANING.filter((field) => !isDeepStrictEqual(rule[field], before.rule[field])).map((field) => ({
      path: `${path} ${field}`,
      message: `${since} with another ${field}: leave it as it was, or give the new rule an id of its own`,
    }));
  });
}
