/** Pseudo-random numbers for the demo: the same seed gives the same posts on every machine. Not for anything secret. */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  /** One of a list; throws where it is empty. */
  pick<T>(list: readonly T[]): T;
  /** How many events a Poisson process of this mean gives. Knuth's product method (TAOCP 2, 3.4.1): means up to some 500. */
  poisson(mean: number): number;
}

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state are plenty for some ten thousand draws. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick: (list) => {
      const one = list[Math.floor(next() * list.length)];
      if (one === undefined) throw new RangeError('nothing to pick from');
      return one;
    },
    poisson: (mean) => {
      const limit = Math.exp(-mean);
      let count = -1;
      for (let product = 1; product > limit; count++) product *= next();
      return Math.max(0, count);
    },
  };
}
