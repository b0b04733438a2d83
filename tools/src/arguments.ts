/** A whole number given as `--name`. Throws an Error that says what is taken. */
export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`--${name} takes a whole number from ${least} to ${most}, and got ${text}`);
}

/** A word given as `--name`. Throws an Error that lists the words that are taken. */
export function oneOf<Word extends string>(name: string, text: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text);
  if (word === undefined) throw new Error(`--${name} takes ${words.join(', ')}, and got ${text}`);
  return word;
}

/** Whether `--name` was given, which takes one word. Throws as `oneOf` does where it was given another. */
export function isGiven(name: string, text: string | undefined, word: string): boolean {
  return text !== undefined && oneOf(name, text, [word]) === word;
}

/** Numbers that seeds may be. */
export const MOST_SEED = 2 ** 32 - 1;
