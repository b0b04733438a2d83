import { setTimeout as pause } from 'node:timers/promises';
import { HeadBucketCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { VigilError } from '@vigil/contracts';
import { refusalOf } from './failures.js';
import { S3EvidenceStore, type S3Place, tryWrite } from './s3-evidence-store.js';

export { S3EvidenceStore } from './s3-evidence-store.js';

/** The part of the settings that this store needs. */
export interface S3Options {
  /** Null: Amazon's in the region. */
  readonly s3Endpoint: string | null;
  readonly s3Region: string;
  readonly s3Bucket: string;
  readonly s3Prefix: string;
  /** Null, with the secret: what the machine gives. */
  readonly s3AccessKeyId: string | null;
  readonly s3SecretAccessKey: string | null;
}

/** The part of Telemetry that this store needs. */
export interface EvidenceTelemetry {
  readonly log: { warn(fields: object, message: string): void };
  addCheck(name: string, check: () => Promise<string | null>): void;
}

/** How long a start waits for a server that is starting too, as under docker compose. */
const WAIT_FOR_SERVER_MS = 30_000;
const CONNECT_WITHIN_MS = 5_000;
/** Silence for so long ends a request; large objects may take longer as long as bytes flow. */
const SILENT_FOR_MS = 30_000;
/** Of one request, with the client's doubling pauses. */
const ATTEMPTS = 4;
const SOCKETS = 32;

/**
 * Opens the evidence store of VIGIL_S3_BUCKET: the bucket answered and lets us write. Throws `engine-misconfigured` for
 * what an operator must change and `engine-unavailable` where no server answers; both in one line that names the
 * variable, the address and the cause.
 */
export async function openS3Evidence(
  options: S3Options,
  telemetry: EvidenceTelemetry,
  { waitForServerMs = WAIT_FOR_SERVER_MS }: { waitForServerMs?: number } = {},
): Promise<S3EvidenceStore> {
  const place = placeOf(options);
  const client = new S3Client(clientOptions(options));
  try {
    await untilAnswers(client, place, waitForServerMs, telemetry);
    await checkWrite(client, place);
  } catch (error) {
    client.destroy();
    throw error;
  }
  const store = new S3EvidenceStore(client, place);
  telemetry.addCheck('evidence', () => store.failure());
  return store;
}

/** Of `https://store:9000` and the bucket `vigil`: `store:9000/vigil`. */
function placeOf({ s3Endpoint, s3Region, s3Bucket, s3Prefix }: S3Options): S3Place {
  const host = s3Endpoint === null ? `Amazon S3, ${s3Region}` : new URL(s3Endpoint).host;
  return { bucket: s3Bucket, prefix: s3Prefix, address: `${host}/${s3Bucket}` };
}

function clientOptions(options: S3Options): S3ClientConfig {
  const { s3Endpoint, s3Region, s3AccessKeyId, s3SecretAccessKey } = options;
  if ((s3AccessKeyId === null) !== (s3SecretAccessKey === null)) {
    throw misconfigured('VIGIL_S3_ACCESS_KEY_ID and VIGIL_S3_SECRET_ACCESS_KEY are set both or neither.');
  }
  return {
    region: s3Region,
    // Other stores than Amazon's seldom have a name for each bucket.
    ...(s3Endpoint === null ? {} : { endpoint: s3Endpoint, forcePathStyle: true }),
    ...(s3AccessKeyId === null || s3SecretAccessKey === null
      ? {}
      : { credentials: { accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey } }),
    // Many stores do not know the trailing checksums; ours is the key itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_WITHIN_MS,
      socketTimeout: SILENT_FOR_MS,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS },
    },
  };
}

/** A server that is starting is waited for; one that refuses is not. */
async function untilAnswers(
  client: S3Client,
  place: S3Place,
  timeoutMs: number,
  { log }: EvidenceTelemetry,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let waitMs = 200; ; waitMs = Math.min(waitMs * 2, 3_000)) {
    try {
      await client.send(new HeadBucketCommand({ Bucket: place.bucket }));
      return;
    } catch (error) {
      const { status, type } = refusalOf(error);
      const starting = status === null ? isConnectionFault(type) : status === 429 || status >= 500;
      if (!starting) throw refused(error, place);
      if (performance.now() > deadline) {
        throw new VigilError(
          'engine-unavailable',
          `${variableOf(place)} (${place.address}): no S3 API answers there: ${type}`,
          { retriable: true, cause: error },
        );
      }
      log.warn({ address: place.address, reason: type }, 'waiting for the evidence store');
      await pause(waitMs);
    }
  }
}

/** A bucket that is read-only is found now, not at the first post. */
async function checkWrite(client: S3Client, place: S3Place): Promise<void> {
  try {
    await tryWrite(client, place);
  } catch (error) {
    throw refused(error, place);
  }
}

function refused(error: unknown, place: S3Place): VigilError {
  const { status, type } = refusalOf(error);
  if (status === 404) {
    return misconfigured(`VIGIL_S3_BUCKET (${place.address}): there is no such bucket (${type})`);
  }
  if (status === 301 || status === 307 || type === 'PermanentRedirect') {
    return misconfigured(`VIGIL_S3_REGION (${place.address}): the bucket is in another region (${type})`);
  }
  if (status === 401 || status === 403) {
    return misconfigured(
      `VIGIL_S3_ACCESS_KEY_ID is refused by ${place.address} (${type}): it must be known there, and may list the bucket and get, put and delete objects`,
    );
  }
  if (type.startsWith('CredentialsProviderError')) {
    return misconfigured(
      `VIGIL_S3_ACCESS_KEY_ID (${place.address}) is not set, and this machine gives no credentials of its own`,
    );
  }
  if (status !== null && status < 500) {
    return misconfigured(`VIGIL_S3_BUCKET (${place.address}): the server refuses it (${type})`);
  }
  return new VigilError('engine-unavailable', `${variableOf(place)} (${place.address}): ${type}`, {
    retriable: true,
    cause: error,
  });
}

/** What the operator looks at where the server does not answer. */
function variableOf({ address }: S3Place): string {
  return address.startsWith('Amazon S3') ? 'VIGIL_S3_REGION' : 'VIGIL_S3_ENDPOINT';
}

function isConnectionFault(type: string): boolean {
  return /^(ECONN|ETIMEDOUT|EAI_|ENOTFOUND|EHOST|ENET|EPIPE|TimeoutError|AggregateError)/.test(type);
}

function misconfigured(message: string): VigilError {
  return new VigilError('engine-misconfigured', message);
}
