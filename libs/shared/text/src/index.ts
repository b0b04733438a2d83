export { NormalisedText, normalise, readWithout, type Span } from './normalise.js';
export { MAX_READINGS, Reading, Readings } from './readings.js';
export {
  ALL_STEPS,
  NO_STEPS,
  READING_STEPS,
  STEP,
  STEPS,
  stepSet,
  stepsIn,
  type Step,
  type StepSet,
} from './steps.js';
export { MAX_TOKEN, tokenise, type Token } from './tokenise.js';
export { Found, MAX_OCCURRENCES, PhraseAutomaton } from './phrase-automaton.js';
export { MAX_PHRASE, type Phrase } from './phrases.js';
export { editsOf } from './edit-distance.js';
export { MAX_TOLERANT, TolerantPhrases, type TolerantPhrase } from './tolerant-phrases.js';
export { wordNumbers } from './word-edges.js';
export { readStepByStep, type FurtherReading, type StepByStep, type StepOutput } from './step-by-step.js';
export { Words } from './copies/words.js';
export { jaccard, shingleSet } from './copies/shingles.js';
export { BANDS, PERMUTATIONS, bandKeys, estimate, minHash } from './copies/min-hash.js';
export { LEAST_ITEM_WORDS, LEAST_NEAR, LEAST_SHARE, LEAST_WORDS, MAX_COPIES } from './copies/limits.js';
export { KnownTexts, wordsOf, type Copy } from './copies/known-texts.js';
