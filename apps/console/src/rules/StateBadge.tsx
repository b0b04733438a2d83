import type { RuleState } from '@vigil/contracts';
import { RULE_STATE } from '../words/labels.js';
import classes from './life.module.css';

/** Where a rule is in its life, in a word; what that means on hover. */
export function StateBadge({ state }: { readonly state: RuleState }) {
  const { label, means } = RULE_STATE[state];
  return (
    <span className={classes.state} data-state={state} title={means}>
      {label}
    </span>
  );
}
