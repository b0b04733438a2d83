import type { Exclusion, Match } from '@vigil/contracts';
import { Scale } from 'lucide-react';
import { EXCLUSION } from '../words/labels.js';
import classes from './hits.module.css';

interface Props {
  readonly exclusions: readonly Exclusion[];
  /** Matches that an exclusion did cancel: others in the same post were left. */
  readonly cancelled: readonly Match[];
}

/** What spoke against the match, and whether it sufficed. */
export function Weighed({ exclusions, cancelled }: Props) {
  if (exclusions.length === 0) return null;
  const titles = [...new Set(cancelled.map((match) => match.title))];
  return (
    <ul className={classes.weighed}>
      {distinct(exclusions).map((exclusion) => (
        <li key={`${exclusion.context} ${exclusion.reason} ${exclusion.cancels}`}>
          <Scale size={13} aria-hidden />
          <span>
            {EXCLUSION[exclusion.context]}: {exclusion.reason} –{' '}
            {exclusion.cancels
              ? `cancels ${titles.length > 0 ? `“${titles.join('”, “')}”` : 'the match'}`
              : 'seen, but not enough to cancel the match'}
          </span>
        </li>
      ))}
    </ul>
  );
}

function distinct(exclusions: readonly Exclusion[]): Exclusion[] {
  const seen = new Map(exclusions.map((e) => [`${e.context} ${e.reason} ${e.cancels}`, e]));
  return [...seen.values()];
}
