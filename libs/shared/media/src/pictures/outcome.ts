import type { Orientation } from '@vigil/image';
import type { PictureFormat } from './format.js';

/** Why a picture has no hash. */
export type Refusal =
  | 'unreadable'
  | 'empty'
  | 'too-many-bytes'
  | 'unknown-format'
  | 'too-many-pixels'
  | 'damaged'
  | 'timed-out'
  | 'worker-lost';

/** What was left out of a picture that has hashes nonetheless. */
export type Omission = 'later-frames' | 'external-references';

/** The hashes of one frame, as 64 hexadecimal digits each. */
export interface FrameHashes {
  /** Number of the frame, from 0; a still picture has frame 0 alone. */
  readonly frame: number;
  /** 0 to 100; below 50 a match alone means little. */
  readonly quality: number;
  /** The canonical hash: of the pixels as stored, without EXIF’s rotation. */
  readonly pdq: string;
  readonly orientations: Readonly<Record<Orientation, string>>;
}

export interface HashedPicture {
  readonly outcome: 'hashed';
  /** By the bytes; a label that says otherwise is wrong. */
  readonly format: PictureFormat;
  /** Pixels as stored; of an animation those of one frame. */
  readonly width: number;
  readonly height: number;
  /** Frames the file says it has. */
  readonly frameCount: number;
  readonly frames: readonly FrameHashes[];
  /** The first frame as viewers show it, where EXIF says that it was stored turned. */
  readonly upright: Omit<FrameHashes, 'frame'> | null;
  readonly omitted: readonly Omission[];
}

export interface RefusedPicture {
  readonly outcome: 'refused';
  readonly reason: Refusal;
  /** What was met and what would be taken, for people. */
  readonly message: string;
}

export type PictureOutcome = HashedPicture | RefusedPicture;

export function refused(reason: Refusal, message: string): RefusedPicture {
  return { outcome: 'refused', reason, message };
}
