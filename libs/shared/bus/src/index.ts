export * from './message-bus.js';
export { PostgresBus, type PostgresBusOptions } from './postgres/postgres-bus.js';
export { DeadLetters, type DeadLetter } from './dead-letters.js';
export { RetainedLog, type PastRun, type Stretch } from './retained-log.js';
export { isTransient } from './delivery/transient.js';
export {
  isLogUsed,
  oldestStored,
  storedDeadLetters,
  storedMessages,
  storedTopics,
  type StoredDeadLetter,
  type StoredTopic,
} from './postgres/stored-log.js';
