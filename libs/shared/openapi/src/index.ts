export * from './documented.js';
