import { Outcome } from '@vigil/contracts';
import { outcomeOf, words } from '../words/labels.js';

const SUBJECTS: Readonly<Record<string, string>> = {
  alert: 'Alert',
  decision: 'Decision',
  index: 'Hit index',
  source: 'Source',
  session: 'Session',
  pack: 'Pack',
  channel: 'Notification channel',
  demo: 'Demo data',
  'dead-letter': 'Set-aside messages',
};

/** `alert.claim` → `Alert: claim`; what is not known stays readable. */
export function actionWords(action: string): string {
  const [subject = '', ...verb] = action.split('.');
  const done = verb.join(' ').replaceAll('-', ' ');
  return done === '' ? words(subject) : `${SUBJECTS[subject] ?? words(subject)}: ${done}`;
}

/** The details as `name value`, values that are things themselves as JSON. */
export function detailWords(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => {
      const outcome = name === 'outcome' ? Outcome.safeParse(value) : null;
      if (outcome?.success) return outcomeOf(outcome.data)?.label ?? outcome.data;
      return `${words(name).toLowerCase()} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`;
    })
    .join(' · ');
}
