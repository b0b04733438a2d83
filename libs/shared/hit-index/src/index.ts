export * from './hit-index.js';
