export { withTestDatabase, createTestDatabase, type TestDatabase } from './database.js';
export { testServer } from './server/kept-server.js';
export { eventually } from './eventually.js';
export { TestClock } from './clock.js';
