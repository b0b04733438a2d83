import { parseArgs } from 'node:util';
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
  const whole = (name: string, text: string, least: number, most: number): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new Error(`--${name} takes a whole number from ${least} to ${most}, and got ${text}`);
  };
  if (values.fault !== undefined && values.fault !== 'commit-early')
    throw new Error(`--fault takes commit-early, and got ${values.fault}`);
  return {
    kills: whole('kills', values.kills, 0, 1_000),
    posts: whole('posts', values.posts, 100, 10_000_000),
    seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
    killEveryMs: 1_000 * whole('kill-every', values['kill-every'], 1, 3_600),
    commitEarly: values.fault === 'commit-early',
    victims: victimsOf(values.only),
    keep: values.keep ?? null,
  };
}

function victimsOf(only: string | undefined): readonly Victim[] | undefined {
  if (only === undefined) return undefined;
  const victim = VICTIMS.find((name) => name === only);
  if (victim === undefined) throw new Error(`--only takes ${VICTIMS.join(', ')}, and got ${only}`);
  return [victim];
}
