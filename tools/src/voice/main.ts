// `npm run train-voice`: makes libs/classifier/voice.bin from the tuned half of the labelled set and the practice clauses.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { compileRuleset, loadPack } from '@vigil/classifier/engine';
import {
  PRACTICE,
  PRACTICE_POSTS,
  VOICE_FILE,
  examplesOf,
  generatePosts,
  loadLabelled,
  trainVoice,
} from '@vigil/classifier/labelled';

/** Of the generated posts; the bench measures the tuned half on other ones. */
const SEED = 7;
const PACK = fileURLToPath(new URL('../../../packs/isis-messaging', import.meta.url));

const { values } = parseArgs({ options: { out: { type: 'string' } } });
const pack = await loadPack(PACK);
const ruleset = compileRuleset([{ content: pack, version: 0 }]);
const files = await loadLabelled(PACK, 'tuned');
const practice = await loadLabelled(PACK, PRACTICE);
const posts = [
  ...files.flatMap((file) => generatePosts(file, SEED)),
  ...practice.flatMap((file) => generatePosts(file, SEED, PRACTICE_POSTS)),
];
const examples = examplesOf(ruleset, posts, pack);
process.stderr.write(
  `${files.length} languages, ${posts.length} posts, ${examples.length} of them name the movement; training …\n`,
);
const out = values.out ?? fileURLToPath(VOICE_FILE);
await writeFile(out, trainVoice(examples).encode());
process.stderr.write(`written ${out}\n`);
