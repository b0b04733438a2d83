export * from './telemetry.js';
export { createTelemetry, type TelemetryOptions } from './create-telemetry.js';
export { loggedError, type LoggedError } from './safe-errors.js';
