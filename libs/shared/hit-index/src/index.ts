export * from './hit-index.js';
export * from './refused-hits.js';
export * from './postgres/postgres-hit-index.js';
