import { HASH_BITS, HASH_WORDS, type Hash256 } from '../hash256.js';
import { Analyser } from './analyser.js';
import { ORIENTATIONS, turn, type Orientation } from './orientations.js';
import type { Pixels } from './pixels.js';
import { FREQUENCIES, SIDE, qualityOf } from './transform.js';

/** Pixels of the shorter side below which a picture has no hash: the reference gives zeros of quality 0. */
export const LEAST_SIDE = 5;

export interface PdqHash {
  readonly hash: Hash256;
  /** 0 to 100; below 50 a match alone means little. */
  readonly quality: number;
}

export interface PdqHashes {
  readonly hashes: Readonly<Record<Orientation, Hash256>>;
  readonly quality: number;
}

/**
 * PDQ, the perceptual hash of pictures: similar pictures have hashes of small Hamming distance, 31 or less by common
 * agreement. After Meta's description, “The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm” (2019),
 * and bit for bit what the reference gives for the same pixels. Keeps its buffers: one hasher for each thread.
 */
export class PdqHasher {
  private readonly analyser = new Analyser();
  private readonly turned = new Float32Array(FREQUENCIES * FREQUENCIES);

  /**
   * The canonical hash. A picture of exactly 64×64 pixels is taken as it is; of `hashes` the reference filters it like
   * any other, which a rounding error can show: there `original` may differ from this in a bit or two.
   */
  hash(pixels: Pixels): PdqHash {
    const small = pixels.width === SIDE && pixels.height === SIDE;
    if (!this.analyse(pixels, !small)) return { hash: new Uint32Array(HASH_WORDS), quality: 0 };
    return { hash: bitsAboveMedian(this.analyser.frequencies), quality: qualityOf(this.analyser.luminances) };
  }

  /** The hashes of all eight orientations, from one transform. */
  hashes(pixels: Pixels): PdqHashes {
    const seen = this.analyse(pixels, true);
    const hashes = Object.fromEntries(
      ORIENTATIONS.map((orientation) => {
        if (!seen) return [orientation, new Uint32Array(HASH_WORDS)];
        turn(this.analyser.frequencies, orientation, this.turned);
        return [orientation, bitsAboveMedian(this.turned)];
      }),
    ) as Record<Orientation, Hash256>;
    return { hashes, quality: seen ? qualityOf(this.analyser.luminances) : 0 };
  }

  private analyse(pixels: Pixels, filtered: boolean): boolean {
    if (Math.min(pixels.width, pixels.height) < LEAST_SIDE) return false;
    if (filtered) this.analyser.read(pixels);
    else this.analyser.readUnfiltered(pixels);
    return true;
  }
}

/** One bit for each frequency: whether it is above the median, which is the 128th smallest of the 256. */
function bitsAboveMedian(frequencies: Float32Array): Hash256 {
  const median = Float32Array.from(frequencies).sort()[HASH_BITS / 2 - 1]!;
  const hash = new Uint32Array(HASH_WORDS);
  for (let bit = 0; bit < HASH_BITS; bit++) {
    if (frequencies[bit]! > median) hash[bit >> 5]! |= 1 << (bit & 31);
  }
  return hash;
}
