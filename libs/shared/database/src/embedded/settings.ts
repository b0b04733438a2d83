/**
 * How the embedded server is set, by name. Reasons beside the values; the machine in mind is a laptop with two
 * cores and 4 GB that does other things as well.
 */
export function serverSettings(options: {
  /** Path of the file that says who may connect. */
  accessRules: string;
  socketFolder: string | null;
  port: number;
  maxConnections: number;
  durable: boolean;
}): Readonly<Record<string, string>> {
  return {
    listen_addresses: options.socketFolder === null ? '127.0.0.1' : '',
    unix_socket_directories: options.socketFolder ?? '',
    unix_socket_permissions: '0700',
    hba_file: options.accessRules,
    port: String(options.port),
    max_connections: String(options.maxConnections),
    shared_buffers: '96MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    effective_cache_size: '1GB',
    // Three worker processes for asynchronous reads are of no use to a working set that fits the page cache.
    io_method: 'sync',
    max_worker_processes: '4',
    max_parallel_workers: '2',
    max_parallel_workers_per_gather: '1',
    // Thousands of small statements a second: compiling them costs more than they do.
    jit: 'off',
    huge_pages: 'off',
    // Only ever one server on this folder: no replica reads its log.
    wal_level: 'minimal',
    max_wal_senders: '0',
    wal_compression: 'on',
    wal_buffers: '8MB',
    // A checkpoint by time rather than by volume, spread over most of the interval: no stall under a steady load.
    checkpoint_timeout: '5min',
    checkpoint_completion_target: '0.9',
    max_wal_size: '2GB',
    min_wal_size: '256MB',
    random_page_cost: '1.1',
    autovacuum_max_workers: '2',
    autovacuum_naptime: '15s',
    // Dedupe keys and offsets change constantly: vacuum them before they bloat.
    autovacuum_vacuum_scale_factor: '0.05',
    autovacuum_analyze_scale_factor: '0.05',
    autovacuum_vacuum_insert_scale_factor: '0.2',
    // The log's partitions are many, and one transaction may touch all of them.
    max_locks_per_transaction: '256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_checkpoints: 'off',
    // No statement, parameter or row in the log: they hold posts.
    log_min_error_statement: 'panic',
    log_parameter_max_length_on_error: '0',
    log_error_verbosity: 'terse',
    ...(options.durable
      ? { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }
      : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
}
