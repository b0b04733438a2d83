/** One line of a chart's tooltip. */
export interface TooltipLine {
  readonly colour?: string;
  readonly name: string;
  readonly value: string;
}

/** Builds the tooltip as nodes, never as markup: names come from sources and may hold anything. */
export function tooltipOf(title: string, lines: readonly TooltipLine[]): HTMLElement {
  const box = document.createElement('div');
  const head = document.createElement('div');
  head.textContent = title;
  head.style.fontWeight = '600';
  box.append(head);
  for (const { colour, name, value } of lines) {
    const line = document.createElement('div');
    line.style.cssText = 'display:flex;gap:8px;align-items:center;max-width:320px';
    const dot = document.createElement('span');
    dot.style.cssText = `flex:none;width:8px;height:8px;border-radius:2px;background:${colour ?? 'transparent'}`;
    const label = document.createElement('bdi');
    label.textContent = name;
    label.style.cssText = 'flex:1;overflow:hidden;text-overflow:ellipsis;white-space:nowrap';
    const number = document.createElement('span');
    number.textContent = value;
    number.style.fontVariantNumeric = 'tabular-nums';
    line.append(dot, label, number);
    box.append(line);
  }
  return box;
}
