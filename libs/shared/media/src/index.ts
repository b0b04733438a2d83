export { type PictureFormat, formatOf } from './pictures/format.js';
export { PICTURE_LIMITS, type PictureLimits } from './pictures/limits.js';
export type {
  FrameHashes,
  HashedPicture,
  Omission,
  PictureOutcome,
  Refusal,
  RefusedPicture,
} from './pictures/outcome.js';
export { PictureHasher } from './pictures/picture-hasher.js';
