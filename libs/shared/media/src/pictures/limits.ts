/** What one picture may cost at most. */
export interface PictureLimits {
  readonly bytes: number;
  /** Width × height, and of an animation the sum over the frames that are decoded. */
  readonly pixels: number;
  /** Width and height each. */
  readonly side: number;
  /** Frames of an animation that are decoded, from its beginning. */
  readonly frames: number;
  /** Frames of an animation that are hashed, evenly from the decoded ones. */
  readonly hashedFrames: number;
  readonly timeMs: number;
}

/**
 * Chosen so that a worker stays under 512 MB: decoded pixels take three bytes each in the decoder and three here, AVIF
 * one and a half more, beside some 100 MB of program. 40 megapixels are more than the platforms serve; 64 MiB more than
 * they take; a side as JPEG’s longest. An honest picture takes a tenth of a second.
 */
export const PICTURE_LIMITS: PictureLimits = {
  bytes: 64 * 2 ** 20,
  pixels: 40_000_000,
  side: 65_535,
  frames: 1_000,
  hashedFrames: 32,
  timeMs: 10_000,
};
