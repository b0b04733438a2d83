import { InvalidArgumentError } from 'commander';

/** A whole number, 0 or more, given as an option. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A whole number is expected.');
  return Number(text);
}

/** A list given as `a,b` or by repeating the option. */
export function list(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...text.split(',').filter(Boolean)];
}
