export { NormalisedText, normalise, type Span } from './normalise.js';
export { MAX_TOKEN, tokenise, type Token } from './tokenise.js';
export { Found, MAX_OCCURRENCES, PhraseAutomaton } from './phrase-automaton.js';
export { MAX_PHRASE, type Phrase } from './phrases.js';
