export * from './base.module.js';
export * from './engines.js';
export * from './error-filter.js';
export * from './health.controller.js';
export * from './http.js';
export * from './run-app.js';
export * from './system.controller.js';
export * from './version.js';
