export * from './message-bus.js';
export { PostgresBus, type PostgresBusOptions } from './postgres/postgres-bus.js';
export { DeadLetters, type DeadLetter } from './postgres/dead-letters.js';
export { isTransient } from './postgres/transient.js';
