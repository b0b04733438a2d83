export * from './hit-index.js';
export * from './postgres/postgres-hit-index.js';
