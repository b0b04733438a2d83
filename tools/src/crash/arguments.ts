import { parseArgs } from 'node:util';
import { isGiven, MOST_SEED, oneOf, wholeNumber } from '../arguments.js';
import { type Victim, VICTIMS } from './plan.js';

export const USE = `npm run crash -- [--kills 20] [--posts 20000] [--seed 1] [--kill-every 11] [--fault commit-early]
                 [--only program|database|both] [--keep FOLDER]

Starts Vigil on a folder of its own, publishes posts to it from a separate process, kills Vigil, its database or both with
SIGKILL while there is work in flight, starts it again, and compares in the end what was published with what was counted,
found and alerted. Exit code 0 where nothing was lost and nothing counted twice, 1 where something was, 2 for bad use.`;

export interface Arguments {
  readonly kills: number;
  readonly posts: number;
  readonly seed: number;
  readonly killEveryMs: number;
  readonly commitEarly: boolean;
  readonly victims: readonly Victim[] | undefined;
  readonly keep: string | null;
}

/** Throws an Error whose message says which argument takes what. */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '20' },
      posts: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      'kill-every': { type: 'string', default: '11' },
      fault: { type: 'string' },
      only: { type: 'string' },
      keep: { type: 'string' },
    },
  });
  return {
    kills: wholeNumber('kills', values.kills, 0, 1_000),
    posts: wholeNumber('posts', values.posts, 100, 10_000_000),
    seed: wholeNumber('seed', values.seed, 0, MOST_SEED),
    killEveryMs: 1_000 * wholeNumber('kill-every', values['kill-every'], 1, 3_600),
    commitEarly: isGiven('fault', values.fault, 'commit-early'),
    victims: values.only === undefined ? undefined : [oneOf('only', values.only, VICTIMS)],
    keep: values.keep ?? null,
  };
}
