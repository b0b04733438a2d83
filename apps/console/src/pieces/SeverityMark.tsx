import type { Severity } from '@vigil/contracts';
import { SEVERITY } from '../words/labels.js';

const STEPS: readonly Severity[] = ['low', 'medium', 'high', 'critical'];

/** Four rising bars, as many filled as severe; red only for the two upper steps, so that colour is never alone. */
export function SeverityMark({ severity }: { readonly severity: Severity }) {
  const filled = STEPS.indexOf(severity) + 1;
  const colour = filled >= 3 ? 'var(--v-late)' : 'var(--v-text-2)';
  return (
    <svg width="16" height="14" viewBox="0 0 16 14" role="img" aria-label={`${SEVERITY[severity]} severity`}>
      <title>{SEVERITY[severity]} severity</title>
      {STEPS.map((step, i) => (
        <rect
          key={step}
          x={i * 4}
          y={10 - i * 3}
          width="3"
          height={4 + i * 3}
          rx="0.5"
          fill={i < filled ? colour : 'var(--v-line-strong)'}
        />
      ))}
    </svg>
  );
}
