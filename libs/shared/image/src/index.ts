export {
  HASH_BITS,
  HASH_WORDS,
  type Hash256,
  bitsOf,
  formatHash,
  hammingDistance,
  parseHash,
} from './hash256.js';
export type { Pixels } from './pdq/pixels.js';
export { LEAST_SIDE, type PdqHash, type PdqHashes, PdqHasher } from './pdq/hasher.js';
export { ORIENTATIONS, type Orientation } from './pdq/orientations.js';
export { type ExifOrientation, upright } from './upright.js';
export { HashIndex, type HashMatch } from './hash-index/hash-index.js';
export { MOST_DISTANCE } from './hash-index/slots.js';
