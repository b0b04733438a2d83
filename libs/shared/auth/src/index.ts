export * from './permission.js';
export * from './identity.js';
export * from './audit.js';
export * from './sessions.js';
export * from './guard.js';
export * from './declared-routes.js';
export * from './machine-token.js';
export * from './auth.module.js';
