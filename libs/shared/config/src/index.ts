export * from './variable.js';
export * from './settings.js';
