export type { IndexContents } from './contents.js';
export { idHash } from './hit-fields.js';
export * from './hit-index.js';
export * from './refused-hits.js';
export * from './postgres/postgres-hit-index.js';
