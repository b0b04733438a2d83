import { describe, expect, it } from '@jest/globals';
import { filled } from './timeline-bars.js';

const at = (time: string) => Date.parse(`2026-03-01T${time}:00Z`);
const iso = (time: string) => `2026-03-01T${time}:00Z`;

describe('filled', () => {
  it('draws the bars between those that were counted', () => {
    const bars = filled(
      [
        { at: iso('01:00'), count: 2 },
        { at: iso('03:00'), count: 1 },
      ],
      { from: at('00:30'), to: at('03:10') },
      3_600,
    );
    expect(bars).toEqual([
      { at: at('00:00'), count: 0 },
      { at: at('01:00'), count: 2 },
      { at: at('02:00'), count: 0 },
      { at: at('03:00'), count: 1 },
    ]);
  });

  it('keeps to the grid of the server', () => {
    const bars = filled([{ at: iso('01:20'), count: 2 }], { from: at('01:00'), to: at('02:00') }, 3_600);
    expect(bars.map((bar) => bar.count)).toEqual([0, 2]);
  });

  it('is bounded', () => {
    expect(filled([], { from: 0, to: at('00:00') }, 60)).toHaveLength(400);
  });
});
