import type {
  AlertQuery,
  Exclusion,
  Indicator,
  Outcome,
  RuleState,
  Severity,
  SourceLabels,
  Stance,
} from '@vigil/contracts';

/** The six outcomes in the order of their keys 1 to 6. */
export const OUTCOMES: readonly { outcome: Outcome; label: string; done: string; means: string }[] = [
  {
    outcome: 'escalate',
    label: 'Escalate',
    done: 'Escalated',
    means: 'A second person or team must look now.',
  },
  {
    outcome: 'report',
    label: 'Report',
    done: 'Marked to report',
    means: 'Goes to the platform or authority.',
  },
  { outcome: 'watch', label: 'Watch', done: 'Kept under watch', means: 'Real, but nothing to do yet.' },
  {
    outcome: 'news-or-research',
    label: 'News or research',
    done: 'Marked as news or research',
    means: 'Quoted or studied, not spread.',
  },
  {
    outcome: 'counter-speech',
    label: 'Counter-speech',
    done: 'Marked as counter-speech',
    means: 'Argues against it.',
  },
  {
    outcome: 'false-positive',
    label: 'False positive',
    done: 'Marked as false positive',
    means: 'The words mean something else.',
  },
];

export const outcomeOf = (outcome: Outcome) => OUTCOMES.find((o) => o.outcome === outcome);

export const SEVERITY: Record<Severity, string> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
};

export const INDICATOR: Record<Indicator, string> = {
  'central-command': 'Central command',
  training: 'Training',
  financing: 'Financing',
  'territorial-claim': 'Territorial claim',
  allegiance: 'Allegiance',
  incitement: 'Incitement',
  recruitment: 'Recruitment',
  other: 'Other indicator',
};

export const STANCE: Record<Stance, string> = {
  claimed: 'Stance: claimed',
  directed: 'Stance: directed',
  inspired: 'Stance: inspired',
  unclear: 'Stance: unclear',
};

export const ORDER: Record<AlertQuery['order'], string> = {
  severity: 'Most severe',
  newest: 'Newest',
  due: 'Due first',
};

export const CONTEXT: Record<SourceLabels['context'], string> = {
  unknown: 'Not known',
  news: 'News',
  research: 'Research',
  government: 'Government',
  'counter-speech': 'Counter-speech',
  religious: 'Religious',
  supporter: 'Supporter',
  official: 'Official',
};

export const RULE_STATE: Record<RuleState, { readonly label: string; readonly means: string }> = {
  draft: { label: 'Draft', means: 'Checked, and not matched yet.' },
  shadow: { label: 'In shadow', means: 'What it would match is counted; it raises nothing.' },
  live: { label: 'Live', means: 'It makes hits.' },
  retired: { label: 'Retired', means: 'It does not match any more; its hits stay.' },
};

export const EXCLUSION: Record<Exclusion['context'], string> = {
  news: 'News',
  academic: 'Academic',
  'counter-speech': 'Counter-speech',
  religious: 'Religious',
  other: 'Other',
};

/** `media-office` → `Media office`: for values that come from packs and have no table here. */
export function words(slug: string): string {
  const text = slug.replaceAll(/[-_.]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
