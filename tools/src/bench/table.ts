export type Result = Readonly<Record<string, string | number | boolean | null>>;

/** Names and figures in two columns, for people. */
export function table(result: Result): string {
  const width = Math.max(...Object.keys(result).map((name) => name.length));
  const rows = Object.entries(result).map(([name, value]) => `  ${name.padEnd(width)}  ${String(value)}\n`);
  return `\n${rows.join('')}`;
}
