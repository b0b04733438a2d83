import { z } from 'zod';
import { CLUSTER } from './cluster.js';
import { flag, readVariables, text, url, variable, wholeNumber, words } from './variable.js';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

export const STORAGE = {
  dataDir: variable(
    'VIGIL_DATA_DIR',
    'a folder',
    'Where the embedded database and the evidence live. Default `data` beside the program.',
    text('data'),
  ),
  databaseUrl: variable(
    'VIGIL_DATABASE_URL',
    'postgres://user:password@host:port/database',
    'An existing PostgreSQL 15 or later. Without it the program starts its own, in the data folder.',
    url('postgres', 'postgresql'),
    { secret: true },
  ),
  poolSize: variable(
    'VIGIL_DATABASE_POOL',
    'a whole number from 2 to 200',
    'Connections of this process. Default 10: two cores keep about so many busy.',
    wholeNumber(10, 2, 200),
  ),
  statementTimeoutMs: variable(
    'VIGIL_DATABASE_TIMEOUT_MS',
    'milliseconds, 1000 to 600000',
    'Longest a statement may run. Default 30000: beyond that a reviewer has gone.',
    wholeNumber(30_000, 1_000, 600_000),
  ),
  transitDays: variable(
    'VIGIL_TRANSIT_DAYS',
    'a whole number from 1 to 90',
    'How long fetched posts and raw bytes without a hit are kept. Default 7.',
    wholeNumber(7, 1, 90),
  ),
  hitDays: variable(
    'VIGIL_HIT_DAYS',
    'a whole number from 31 to 3650',
    'How long hits are kept, from when they were first collected; they go by whole months, and not while a legal hold covers them. Default 365: a year can be compared with the one before.',
    wholeNumber(365, 31, 3_650),
  ),
  transitMaxBytes: variable(
    'VIGIL_TRANSIT_MAX_BYTES',
    'bytes',
    'Cap on the log of the bus; its oldest partitions are dropped beyond it. On Kafka of each topic. Default 20 GiB.',
    wholeNumber(20 * GIB, 64 * MIB, 1e15),
  ),
  startEmpty: variable(
    'VIGIL_START_EMPTY',
    '1 or 0',
    'Starts with empty engines although the data folder or the database still holds what `vigil move` would take along. Default 0.',
    flag(false),
  ),
  busPartitions: variable(
    'VIGIL_BUS_PARTITIONS',
    'a whole number from 1 to 64',
    'Partitions of a topic when it is first made. Default 4: twice two cores.',
    wholeNumber(4, 1, 64),
  ),
};

export const HTTP = {
  host: variable(
    'VIGIL_HOST',
    'an address to listen on',
    'Default 127.0.0.1: only this machine, until an operator opens it.',
    text('127.0.0.1'),
  ),
  port: variable(
    'VIGIL_PORT',
    'a port, 0 to 65535',
    'Default 7100. 0 takes a free one.',
    wholeNumber(7100, 0, 65_535),
  ),
  publicUrl: variable(
    'VIGIL_PUBLIC_URL',
    'an http(s) address',
    'How people reach the console: in links of mails, and as the origin that may send requests. Default: the address listened on.',
    url('http', 'https'),
  ),
  sessionHours: variable(
    'VIGIL_SESSION_HOURS',
    'hours, 1 to 720',
    'How long a sign-in lasts. Default 12: one shift.',
    wholeNumber(12, 1, 720),
  ),
  maxBodyBytes: variable(
    'VIGIL_MAX_BODY_BYTES',
    'bytes',
    'Largest request body other than an import stream. Default 4 MiB: a large rule pack.',
    wholeNumber(4 * MIB, 1_024, 256 * MIB),
  ),
};

export const LOGGING = {
  level: variable(
    'VIGIL_LOG_LEVEL',
    'trace, debug, info, warn, error or silent',
    'Default info.',
    z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
      .optional()
      .transform((l) => l ?? 'info'),
  ),
};

export const COLLECTOR = {
  sourcesFile: variable(
    'VIGIL_SOURCES_FILE',
    'a YAML file',
    'Sources to begin with; read when the database holds none.',
    text('').transform((s) => s || null),
  ),
  importDir: variable(
    'VIGIL_IMPORT_DIR',
    'a folder',
    'The one folder file imports may read from. Default `import` in the data folder.',
    text('').transform((s) => s || null),
  ),
  allowHosts: variable(
    'VIGIL_ALLOW_HOSTS',
    'host or host:port, comma-separated',
    'Hosts that may be fetched although their address is private. Default none.',
    words(),
  ),
  expandLinks: variable(
    'VIGIL_EXPAND_LINKS',
    'true or false',
    'Whether shorteners are asked where links of posts lead, so that rules of links find what hides behind them. Only the shortener is asked, never where it leads; but it learns that somebody at this address looked. Default false.',
    flag(false),
  ),
  shorteners: variable(
    'VIGIL_SHORTENERS',
    'host or host:port, comma-separated',
    'Shorteners to ask beside those that are known. Default none.',
    words(),
  ),
  contact: variable(
    'VIGIL_CONTACT',
    'a mail address or URL',
    'Goes into the User-Agent, so that a site can reach who watches it.',
    text('').transform((s) => s || null),
  ),
  fetchTimeoutMs: variable(
    'VIGIL_FETCH_TIMEOUT_MS',
    'milliseconds, 1000 to 300000',
    'Whole time of one fetch, redirects included. Default 30000.',
    wholeNumber(30_000, 1_000, 300_000),
  ),
  fetchMaxBytes: variable(
    'VIGIL_FETCH_MAX_BYTES',
    'bytes',
    'Largest document after decompression. Default 16 MiB: a feed of thousands of entries.',
    wholeNumber(16 * MIB, 1_024, GIB),
  ),
  pollConcurrency: variable(
    'VIGIL_POLL_CONCURRENCY',
    'a whole number from 1 to 256',
    'Sources polled at once. Default 16.',
    wholeNumber(16, 1, 256),
  ),
  demo: variable(
    'VIGIL_DEMO',
    '1 or 0',
    'Whether an empty data folder is filled with the demo. 0 also removes one that is there. Default 1.',
    flag(true),
  ),
};

export const CLASSIFIER = {
  packsDir: variable(
    'VIGIL_PACKS_DIR',
    'a folder',
    'Rule packs published at the first start. Default `packs` beside the program.',
    text('').transform((s) => s || null),
  ),
  packApproval: variable(
    'VIGIL_PACK_APPROVAL',
    'auto, always or never',
    'Whether publishing a rule pack over HTTP needs a second person. Default auto: where two or more may publish.',
    z
      .enum(['auto', 'always', 'never'])
      .optional()
      .transform((when) => when ?? 'auto'),
  ),
  packKeys: variable(
    'VIGIL_PACK_KEYS',
    'Ed25519 public keys, base64url, comma-separated',
    'Whose exported rule packs may be imported, besides one’s own: `publicKey` of their `GET /api/packs/keys`. Default none.',
    words().refine((keys) => keys.every((key) => /^[A-Za-z0-9_-]{43}$/.test(key))),
  ),
  packSigningKey: variable(
    'VIGIL_PACK_SIGNING_KEY',
    'a file',
    'Private key that signs exported rule packs (Ed25519, PEM), made at its first use. Services with folders of their own need the same one. Default `pack-signing-key.pem` in the data folder.',
    text('').transform((s) => s || null),
  ),
};

export const ALERTS = {
  undoSeconds: variable(
    'VIGIL_UNDO_SECONDS',
    'seconds, 0 to 3600',
    'How long a decision can be undone before anything leaves because of it. Default 120.',
    wholeNumber(120, 0, 3_600),
  ),
  claimMinutes: variable(
    'VIGIL_CLAIM_MINUTES',
    'minutes, 1 to 1440',
    'How long a claim holds without a sign of life. Default 30.',
    wholeNumber(30, 1, 1_440),
  ),
  smtpUrl: variable(
    'VIGIL_SMTP_URL',
    'smtp(s)://user:password@host:port',
    'Mail server for notifications. Without it mail channels say that they are off.',
    url('smtp', 'smtps'),
    { secret: true },
  ),
  mailFrom: variable(
    'VIGIL_MAIL_FROM',
    'a mail address',
    'Sender of notifications. Default vigil@localhost.',
    text('vigil@localhost'),
  ),
};

/** For the crash and fault runs alone: they must be able to fail. */
export const FAULTS = {
  commitEarly: variable(
    'VIGIL_FAULT_COMMIT_EARLY',
    '1 or 0',
    'Breaks the promise on purpose: offsets move before their effect. Only for `npm run crash`.',
    flag(false),
  ),
  unfenced: variable(
    'VIGIL_FAULT_UNFENCED',
    '1 or 0',
    'Breaks the promise on purpose: alerts count what comes to them again. Only for `npm run faults`.',
    flag(false),
  ),
};

export const GROUPS = { STORAGE, HTTP, LOGGING, COLLECTOR, CLASSIFIER, ALERTS, CLUSTER, FAULTS };

export type Settings = ReturnType<typeof readSettings>;
export type StorageSettings = Settings['storage'];
export type HttpSettings = Settings['http'];
export type CollectorSettings = Settings['collector'];
export type ClassifierSettings = Settings['classifier'];
export type AlertsSettings = Settings['alerts'];
export type ClusterSettings = Settings['cluster'];
export type FaultSettings = Settings['faults'];

/** Everything, read once at start. Also the shape behind the SETTINGS injection token. */
export function readSettings(env: Readonly<Record<string, string | undefined>>) {
  const all = readVariables(
    { ...STORAGE, ...HTTP, ...LOGGING, ...COLLECTOR, ...CLASSIFIER, ...ALERTS, ...CLUSTER, ...FAULTS },
    env,
  );
  const pick = <K extends keyof typeof all>(group: Record<K, unknown>): Pick<typeof all, K> =>
    Object.freeze(
      Object.fromEntries((Object.keys(group) as K[]).map((key) => [key, all[key]])) as Pick<typeof all, K>,
    );
  return Object.freeze({
    storage: pick(STORAGE),
    http: pick(HTTP),
    logging: pick(LOGGING),
    collector: pick(COLLECTOR),
    classifier: pick(CLASSIFIER),
    alerts: pick(ALERTS),
    cluster: pick(CLUSTER),
    faults: pick(FAULTS),
  });
}

/** Injection token of the frozen settings. */
export const SETTINGS = Symbol('vigil settings');
