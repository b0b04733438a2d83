export * from './guarded-client.js';
export type { Resolve } from './guarded-connector.js';
export * from './address-policy.js';
export * from './user-agent.js';
