export { withTestDatabase, createTestDatabase, type TestDatabase } from './database.js';
export { testServer } from './server/kept-server.js';
export { eventually } from './eventually.js';
export { TestClock } from './clock.js';
export { recordingTelemetry, type LoggedEvent } from './telemetry.js';
export { temporaryFolder, withTemporaryFolder } from './folder.js';
