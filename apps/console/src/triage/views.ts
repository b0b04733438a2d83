import { ORDER } from '../words/labels.js';
import type { AlertOrder, AlertState } from './alerts.js';

export type View = 'waiting' | 'mine' | 'decided' | 'closed' | 'all';

/** The chips over the list: which states each asks for. */
export const VIEWS: Record<View, { name: string; states: readonly AlertState[]; empty: string }> = {
  waiting: { name: 'To decide', states: ['open', 'claimed'], empty: 'Nothing waits for a decision' },
  mine: { name: 'Mine', states: ['claimed'], empty: 'You have claimed nothing' },
  decided: { name: 'Decided', states: ['decided'], empty: 'Nothing has been decided yet' },
  closed: { name: 'Closed', states: ['closed'], empty: 'No alert has closed yet' },
  all: {
    name: 'All',
    states: ['open', 'claimed', 'decided', 'closed'],
    empty: 'There has been no alert yet',
  },
};

const isView = (text: string | null): text is View => text !== null && Object.hasOwn(VIEWS, text);
const isOrder = (text: string | null): text is AlertOrder => text !== null && Object.hasOwn(ORDER, text);

/** The view and order in the page's address; what is not known there is the usual one. */
export function readView(params: URLSearchParams): View {
  const view = params.get('view');
  return isView(view) ? view : 'waiting';
}

export function readOrder(params: URLSearchParams): AlertOrder {
  const order = params.get('order');
  return isOrder(order) ? order : 'severity';
}
