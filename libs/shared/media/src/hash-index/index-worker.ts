import { existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { HASH_WORDS, HashIndex } from '@vigil/image';
import { readIndexFile, writeIndexFile } from './index-file.js';
import type { Answer, Ask, Asked } from './index-in-worker.js';

/** The worker's end of IndexInWorker: owns the index, and does one thing after the other. */
const { file } = workerData as { file: string };
let index: HashIndex | null = null;

parentPort?.on('message', ({ id, ask }: Asked) => {
  try {
    parentPort?.postMessage({ id, answer: answerTo(ask) } satisfies Answer);
  } catch (error) {
    parentPort?.postMessage({ id, error } satisfies Answer);
  }
});

function answerTo(ask: Ask): unknown {
  index ??= existsSync(file) ? readIndexFile(file) : new HashIndex();
  const held = index;
  switch (ask.do) {
    case 'open':
      return held.size;
    case 'add':
      return each(ask.hashes).map((hash) => held.add(hash));
    case 'remove':
      return ask.rows.filter((row) => held.remove(row)).length;
    case 'find':
      return each(ask.hashes).map((hash) => held.find(hash, ask.distance));
    case 'save':
      writeIndexFile(file, held);
      return held.size;
  }
}

function each(hashes: Uint32Array): Uint32Array[] {
  return Array.from({ length: hashes.length / HASH_WORDS }, (_, at) =>
    hashes.subarray(at * HASH_WORDS, (at + 1) * HASH_WORDS),
  );
}
