import { describe, expect, it } from '@jest/globals';
import type { Alert } from '@vigil/contracts';
import { dueShare, grouped, neighbour } from './groups.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const inMinutes = (m: number) => new Date(NOW + m * 60_000).toISOString();

function anAlert(id: string, changes: Partial<Alert> = {}): Alert {
  return {
    id,
    key: { kind: 'slogan', value: 'pack/rule', label: 'A slogan' },
    headline: 'A slogan',
    state: 'open',
    severity: 'high',
    indicator: 'other',
    stance: 'unclear',
    observed: 5,
    expected: 1,
    probability: 0.001,
    windowMinutes: 30,
    openedAt: inMinutes(-30),
    startedAt: inMinutes(-40),
    peakAt: inMinutes(-20),
    lastHitAt: inMinutes(-1),
    closedAt: null,
    foundLate: false,
    hits: 5,
    sources: [],
    languages: [],
    regions: [],
    claimedBy: null,
    claimedUntil: null,
    decision: null,
    dueAt: inMinutes(30),
    demo: false,
    spark: [],
    version: 1,
    ...changes,
  };
}

describe('grouped', () => {
  it('keeps the order and puts a heading where it changes', () => {
    const list = [
      anAlert('a', { severity: 'critical' }),
      anAlert('b'),
      anAlert('c'),
      anAlert('d', { severity: 'low' }),
    ];
    expect(grouped(list, 'severity', NOW).map((g) => [g.name, g.alerts.map((a) => a.id).join('')])).toEqual([
      ['Critical', 'a'],
      ['High', 'bc'],
      ['Low', 'd'],
    ]);
  });

  it('names what is late only while somebody has to decide it', () => {
    const list = [
      anAlert('a', { dueAt: inMinutes(-1) }),
      anAlert('b'),
      anAlert('c', { dueAt: inMinutes(-1), state: 'decided' }),
    ];
    expect(grouped(list, 'due', NOW).map((g) => g.name)).toEqual([
      'Late',
      'Due within the hour',
      'Decided or closed',
    ]);
  });
});

describe('dueShare', () => {
  it('is amber from three quarters of the time, late when it is over', () => {
    expect(dueShare(anAlert('a'), NOW)).toEqual({ share: 0.5, urgency: 'fine' });
    expect(dueShare(anAlert('a', { dueAt: inMinutes(10) }), NOW).urgency).toBe('soon');
    expect(dueShare(anAlert('a', { dueAt: inMinutes(-5) }), NOW)).toEqual({ share: 1, urgency: 'late' });
  });
});

describe('neighbour', () => {
  const list = [anAlert('a'), anAlert('b')];
  it('goes forth and back, and stops at the ends', () => {
    expect(neighbour(list, 'a', 1)?.id).toBe('b');
    expect(neighbour(list, 'b', -1)?.id).toBe('a');
    expect(neighbour(list, 'b', 1)).toBeNull();
  });
  it('begins at the first where the chosen one is gone', () => {
    expect(neighbour(list, 'gone', 1)?.id).toBe('a');
    expect(neighbour([], undefined, 1)).toBeNull();
  });
});
