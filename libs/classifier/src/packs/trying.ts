import { compileRuleset, type Ruleset } from '../rules/ruleset.js';
import type { Pack, SloganRule } from './schema.js';

/**
 * A pack compiled to be tried: drafts as if in shadow, beside live rules that do not hear of them; retired rules are left
 * out, they have nothing left to show.
 */
export function tryingRuleset(pack: Pack): Ruleset {
  const rules = pack.rules
    .filter((rule) => rule.state !== 'retired')
    .map((rule): SloganRule => (rule.state === 'draft' ? { ...rule, state: 'shadow' } : rule));
  return compileRuleset([{ content: { ...pack, rules }, version: 0 }]);
}
