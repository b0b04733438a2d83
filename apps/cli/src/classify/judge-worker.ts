import { parentPort, workerData } from 'node:worker_threads';
import { createClassifier } from '@vigil/classifier/engine';
import type { Line } from '@vigil/collector/reading';
import { judgeLines } from './judge-lines.js';
import type { Judging } from './judges.js';

/** A thread that judges lines: takes them, answers each message with what came of it, in the order they came. */
const { packs, context, matchesOnly } = workerData as Judging;
const classifier = await createClassifier(packs, context);
parentPort?.on('message', (lines: readonly Line[]) =>
  parentPort?.postMessage(judgeLines(classifier, lines, matchesOnly)),
);
