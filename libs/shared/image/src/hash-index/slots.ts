import { HASH_BITS, bitsOf } from '../hash256.js';

/**
 * How a search by parts finds every hash within a distance (multi-index hashing: Norouzi, Punjani and Fleet 2012).
 *
 * A hash has 16 slots of 16 bits in a circle. If two hashes differ in at most D bits, their errors e by slot, less
 * (D + 1) / 16 each, sum to less than nothing; by the cycle lemma (Dvoretzky and Motzkin 1947) some slot begins a turn
 * round the circle whose every partial sum is then below nothing. So for some slot, the errors of the first k slots from
 * it are at most ⌈k (D + 1) / 16⌉ − 1 for every k: at a distance of 31, at most 1 in the slot and 3 with the next.
 */
export const SLOTS = 16;
export const SLOT_BITS = HASH_BITS / SLOTS;
export const SLOT_VALUES = 2 ** SLOT_BITS;
/** The largest distance that can be asked for: beyond it unrelated pictures begin to match. */
export const MOST_DISTANCE = 64;

/** The most errors in the first `slots` slots from where the turn begins. */
export function mostErrors(distance: number, slots: number): number {
  return Math.ceil((slots * (distance + 1)) / SLOTS) - 1;
}

/** Set bits of every 16-bit number. */
export const BITS = Uint8Array.from({ length: SLOT_VALUES }, (_, value) => bitsOf(value));

const spheres: Uint16Array[] = [];

/** All 16-bit numbers of at most so many set bits, fewest first: what a slot is combined with to err that much. */
export function flipsWithin(errors: number): Uint16Array {
  return (spheres[errors] ??= Uint16Array.from(
    Array.from({ length: SLOT_VALUES }, (_, value) => value)
      .filter((value) => BITS[value]! <= errors)
      .sort((a, b) => BITS[a]! - BITS[b]! || a - b),
  ));
}
