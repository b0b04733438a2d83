export * from './guarded-client.js';
export * from './address-policy.js';
export * from './user-agent.js';
