export * from './permission.js';
export * from './identity.js';
