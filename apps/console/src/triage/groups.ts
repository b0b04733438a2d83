import type { Alert } from '@vigil/contracts';
import { SEVERITY } from '../words/labels.js';
import type { AlertOrder } from './alerts.js';

const HOUR = 3_600_000;

export interface Group {
  readonly name: string;
  readonly alerts: readonly Alert[];
}

function groupName(alert: Alert, order: AlertOrder, now: number): string {
  switch (order) {
    case 'severity':
      return SEVERITY[alert.severity];
    case 'due': {
      if (!isWaiting(alert)) return 'Decided or closed';
      const left = Date.parse(alert.dueAt) - now;
      return left < 0 ? 'Late' : left < HOUR ? 'Due within the hour' : 'Later';
    }
    case 'newest': {
      const age = now - Date.parse(alert.openedAt);
      return age < HOUR ? 'Last hour' : age < 24 * HOUR ? 'Last 24 hours' : 'Before that';
    }
    default:
      return order satisfies never;
  }
}

/** Alerts in the order given, under headings that follow from that order. */
export function grouped(alerts: readonly Alert[], order: AlertOrder, now: number): Group[] {
  const groups: { name: string; alerts: Alert[] }[] = [];
  for (const alert of alerts) {
    const name = groupName(alert, order, now);
    const last = groups.at(-1);
    if (last?.name === name) last.alerts.push(alert);
    else groups.push({ name, alerts: [alert] });
  }
  return groups;
}

/** Whether somebody still has to decide it. */
export function isWaiting(alert: Pick<Alert, 'state'>): boolean {
  return alert.state === 'open' || alert.state === 'claimed';
}

/** Share of the time until due that has gone (0 to 1), and how urgent that is: amber from three quarters on. */
export function dueShare(
  alert: Pick<Alert, 'openedAt' | 'dueAt'>,
  now: number,
): { share: number; urgency: 'fine' | 'soon' | 'late' } {
  const opened = Date.parse(alert.openedAt);
  const whole = Math.max(1, Date.parse(alert.dueAt) - opened);
  const share = Math.min(1, Math.max(0, (now - opened) / whole));
  return { share, urgency: share >= 1 ? 'late' : share >= 0.75 ? 'soon' : 'fine' };
}

/** The alert `step` places after (or before) the chosen one; the first where none is chosen, null in an empty list. */
export function neighbour(alerts: readonly Alert[], chosen: string | undefined, step: 1 | -1): Alert | null {
  const at = alerts.findIndex((alert) => alert.id === chosen);
  if (at === -1) return alerts[0] ?? null;
  return alerts[at + step] ?? null;
}
