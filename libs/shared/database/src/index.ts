export { byteaArray, textArray } from './array-parameters.js';
export * from './database.js';
export { type EngineLog, SILENT } from './engine-log.js';
export { EmbeddedPostgres, type EmbeddedOptions } from './embedded/embedded-postgres.js';
export { isConflict, isLostConnection, reasonOf, sqlState, translated } from './failures.js';
export { migrate, MIGRATIONS } from './migrate.js';
export { openDatabase, OpenDatabase, type DatabaseTelemetry, type StorageOptions } from './open-database.js';
export { openPool, type PoolOptions } from './pool.js';
export { PgDatabase, type ConnectOptions } from './pg-database.js';
