import { parseArgs } from 'node:util';
import { isGiven, MOST_SEED, oneOf, wholeNumber } from '../arguments.js';
import { FAULT_MS, type Kind, KINDS } from './plan.js';

/** Fewer faults or posts than these show nothing, unless they were asked for. */
export const LEAST = { faults: 12, posts: 50_000 };

export const USE = `npm run faults -- [--seed 1] [--posts ${LEAST.posts}] [--faults ${LEAST.faults}] [--break fencing]
                  [--only KIND,KIND…] [--keep FOLDER]

Starts Kafka, Elasticsearch, Redis, an S3 store and PostgreSQL, and two collectors, two classifiers and two alerts as
processes of their own; publishes posts to them from another process, which keeps the ledger; breaks one thing after the
other while there is work in flight; and compares in the end what was published with what was counted, found and alerted.
Takes some ${FAULT_MS / 1_000} s a fault and two minutes, two cores and 4 GB. Exit code 0 where nothing was lost, nothing counted twice, no older
revision replaced a newer one, and every fault was recovered from within 60 s; 1 where not; 2 for bad use.

--break fencing   has the alerts trust whoever writes: the run must find what then is counted twice
--only            of ${KINDS.join(', ')}`;

export interface Arguments {
  readonly seed: number;
  readonly posts: number;
  readonly faults: number;
  readonly breakFencing: boolean;
  readonly only: readonly Kind[] | undefined;
  readonly keep: string | null;
}

/** Throws an Error whose message says which argument takes what. */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      posts: { type: 'string', default: String(LEAST.posts) },
      faults: { type: 'string', default: String(LEAST.faults) },
      break: { type: 'string' },
      only: { type: 'string' },
      keep: { type: 'string' },
    },
  });
  return {
    seed: wholeNumber('seed', values.seed, 0, MOST_SEED),
    posts: wholeNumber('posts', values.posts, 100, 10_000_000),
    faults: wholeNumber('faults', values.faults, 0, 1_000),
    breakFencing: isGiven('break', values.break, 'fencing'),
    only: values.only?.split(',').map((word) => oneOf('only', word, KINDS)),
    keep: values.keep ?? null,
  };
}
