/** The labelled set: what the pack and the engine are measured by. Apart from the engine, which takes only its everyday posts (packs/breadth). */
export { POSTS_PER_LABEL, PRACTICE_POSTS, generatePosts } from './generate.js';
export { HALVES, PRACTICE, loadLabelled, type Half } from './load.js';
export { rateOf, type Rate } from './rate.js';
export { LABELS, LabelledFile, type Label, type LabelledPost } from './schema.js';
export { examplesOf } from '../voice/examples.js';
export { trainVoice, type Example } from '../voice/train.js';
export { VOICE_FILE } from '../voice/voice-model.js';
