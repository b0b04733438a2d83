/** Colours of a chart, as the page's colour scheme has them. */
export interface Paint {
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly pane: string;
  readonly accent: string;
  readonly bar: string;
  readonly late: string;
  readonly band: string;
  /** Told apart by people who see colours differently too; neither red nor amber, which mean late and soon. */
  readonly parts: readonly string[];
}

const PARTS_LIGHT = ['#386a9e', '#7fb3d5', '#3f8f83', '#9cc9a4', '#6f5fa3', '#b7bec6'] as const;
const PARTS_DARK = ['#5b90c8', '#9fcbe8', '#4fae9f', '#b5dcb9', '#9483cf', '#646e78'] as const;

/** Reads the page's colours from its style sheet. */
export function readPaint(): Paint {
  const style = getComputedStyle(document.documentElement);
  const named = (name: string) => style.getPropertyValue(name).trim();
  const dark = document.documentElement.getAttribute('data-mantine-color-scheme') === 'dark';
  const parts = dark ? PARTS_DARK : PARTS_LIGHT;
  return {
    text: named('--v-text'),
    quiet: named('--v-text-2'),
    line: named('--v-line'),
    pane: named('--v-raised'),
    accent: parts[0],
    bar: named('--v-bar'),
    late: named('--v-late'),
    band: dark ? 'rgba(160, 172, 184, 0.22)' : 'rgba(100, 112, 124, 0.16)',
    parts,
  };
}

/** The colour of the part at this place; what comes after the fifth is painted as one. */
export function partColour(paint: Pick<Paint, 'parts'>, index: number): string {
  return paint.parts[Math.min(index, paint.parts.length - 1)] ?? '';
}
