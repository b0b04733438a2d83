export { byteaArray, textArray } from './array-parameters.js';
export { copyIn, copyOut } from './copy.js';
export * from './database.js';
export { type EngineLog, SILENT } from './engine-log.js';
export { lockFolder, type FolderLock } from './embedded/folder-lock.js';
export { EmbeddedPostgres, type EmbeddedOptions } from './embedded/embedded-postgres.js';
export { isConflict, isLostConnection, reasonOf, sqlState, translated } from './failures.js';
export { birthOf, isAlive } from './embedded/processes.js';
export { clusterOf, runningServer } from './embedded/running.js';
export { MOVING_SCHEMA } from './left-behind.js';
export { migrate, MIGRATIONS, schemaOf, type SchemaState } from './migrate.js';
export {
  openDatabase,
  OpenDatabase,
  type DatabaseTelemetry,
  type OpenOptions,
  type StorageOptions,
} from './open-database.js';
export { openPool, type PoolOptions } from './pool.js';
export { PgDatabase, type ConnectOptions } from './pg-database.js';
