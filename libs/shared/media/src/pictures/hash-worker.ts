import { parentPort } from 'node:worker_threads';
import { PdqHasher } from '@vigil/image';
import { hashPicture } from './hash-picture.js';
import type { Task, TaskDone } from './picture-hasher.js';

/** The worker's end of PictureHasher: one picture after the other. */
const hasher = new PdqHasher();
parentPort?.on('message', ({ id, bytes, limits }: Task) => {
  void hashPicture(hasher, bytes, limits).then((outcome) => {
    parentPort?.postMessage({ id, outcome } satisfies TaskDone);
  });
});
