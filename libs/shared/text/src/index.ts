export { NormalisedText, normalise, type Span } from './normalise.js';
export { MAX_TOKEN, tokenise, type Token } from './tokenise.js';
