/** Sources that speak for the movement: they are a second sign themselves, and their "according to" excuses nothing. */
const PARTISAN: ReadonlySet<string> = new Set(['supporter', 'official']);

export function isPartisan(context: string): boolean {
  return PARTISAN.has(context);
}
