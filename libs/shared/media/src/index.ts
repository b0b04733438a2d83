export { BrokenSnapshot, readIndexFile, writeIndexFile } from './hash-index/index-file.js';
export { IndexInWorker } from './hash-index/index-in-worker.js';
export { type PictureFormat, formatOf } from './pictures/format.js';
export { PICTURE_LIMITS, type PictureLimits } from './pictures/limits.js';
export {
  type FrameHashes,
  type HashedPicture,
  type Omission,
  type PictureOutcome,
  type Refusal,
  type RefusedPicture,
  refused,
} from './pictures/outcome.js';
export { PictureHasher } from './pictures/picture-hasher.js';
