import { hash, randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type Clock, SystemClock, VigilError } from '@vigil/contracts';
import { assertEvidenceKey, isEvidenceKey } from '../evidence-key.js';
import { type EvidenceEntry, ListedEvidenceStore } from '../evidence-store.js';
import { engineFailure, isMissing } from './failures.js';

/** Where in a store the evidence is. */
export interface S3Place {
  readonly bucket: string;
  /** Begins every key of ours. */
  readonly prefix: string;
  /** Host and bucket, for errors. */
  readonly address: string;
}

/**
 * Bytes put again within this time are not sent again, so they may count as put by so much too early: little beside
 * the days of retention, and long enough for a feed that is polled every few minutes.
 */
const FRESH_MS = 10 * 60_000;
/** As many as S3 lists at most. */
const PAGE_SIZE = 1_000;
/** Questions about keeping that are open at once during an expiry. */
const ASKED_AT_ONCE = 16;
/** Longest that one question of readiness may take: less than the 3 s after which it counts as unanswered. */
const PROBE_WITHIN_MS = 2_500;

interface Facts {
  readonly size: number;
  readonly putAt: Date;
}

/**
 * Evidence in a bucket: `<prefix><sha256>`. An object is there whole or not at all, and its LastModified is when it was
 * last sent. Only what every S3 API has is used, so no conditional requests: a process that puts the same old bytes in
 * the very moment in which another expires them can lose them; within one process the two wait for each other.
 * What the server refuses or does not answer, after the client's own retries, is `engine-unavailable`, which a later
 * try may mend.
 */
export class S3EvidenceStore extends ListedEvidenceStore {
  /** The last change begun of each key with one in hand. */
  private readonly changes = new Map<string, Promise<unknown>>();
  /** Whether the last object that was to be kept was not. */
  private writeFailed = false;

  /** The store owns the client: `close` ends it. */
  constructor(
    private readonly client: S3Client,
    private readonly place: S3Place,
    private readonly clock: Clock = new SystemClock(),
    private readonly pageSize = PAGE_SIZE,
  ) {
    super();
  }

  put(bytes: Uint8Array): Promise<string> {
    const key = hash('sha256', bytes, 'hex');
    return this.written(() =>
      this.inTurn(key, async () => {
        const facts = await this.factsOf(key);
        const fresh = facts !== null && this.clock.now() - facts.putAt.getTime() < FRESH_MS;
        if (!fresh || facts.size !== bytes.byteLength) {
          await this.client.send(
            new PutObjectCommand({
              ...this.object(key),
              Body: bytes,
              ContentLength: bytes.byteLength,
              ContentType: 'application/octet-stream',
            }),
          );
        }
        return key;
      }),
    );
  }

  get(sha256: string): Promise<Uint8Array | null> {
    return this.guarded(async () => {
      assertEvidenceKey(sha256);
      const bytes = await unlessMissing(async () => {
        const answer = await this.client.send(new GetObjectCommand(this.object(sha256)));
        return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      });
      if (bytes !== null && hash('sha256', bytes, 'hex') !== sha256) {
        throw new VigilError(
          'internal',
          `The evidence ${sha256} in ${this.place.address} is damaged: its bytes have another hash. Restore it from a backup.`,
        );
      }
      return bytes;
    });
  }

  delete(sha256: string): Promise<boolean> {
    return this.guarded(async () => {
      assertEvidenceKey(sha256);
      return this.inTurn(sha256, async () => {
        // S3 answers the same whether there was something to delete or not.
        if ((await this.factsOf(sha256)) === null) return false;
        await this.client.send(new DeleteObjectCommand(this.object(sha256)));
        return true;
      });
    });
  }

  async expire(before: Date, kept: (sha256: string) => Promise<boolean>): Promise<number> {
    let freed = 0;
    let after: string | undefined;
    do {
      const page = await this.guarded(() => this.page(after));
      const old = page.objects.filter(({ key, putAt }) => isEvidenceKey(key) && putAt < before);
      for (let at = 0; at < old.length; at += ASKED_AT_ONCE) {
        const asked = old.slice(at, at + ASKED_AT_ONCE);
        const sizes = await Promise.all(asked.map(({ key }) => this.expireOne(key, before, kept)));
        freed += sizes.reduce((a, b) => a + b, 0);
      }
      after = page.next;
    } while (after !== undefined);
    return freed;
  }

  /** S3 lists by key. */
  async *entries(): AsyncGenerator<EvidenceEntry> {
    let after: string | undefined;
    do {
      const page = await this.guarded(() => this.page(after));
      for (const { key, size } of page.objects) if (isEvidenceKey(key)) yield { key, size };
      after = page.next;
    } while (after !== undefined);
  }

  /** Null when the bucket answers and takes objects, else what is wrong and what it means. */
  async failure(): Promise<string | null> {
    const within = { abortSignal: AbortSignal.timeout(PROBE_WITHIN_MS) };
    try {
      await this.client.send(new HeadBucketCommand({ Bucket: this.place.bucket }), within);
      // A bucket that became read-only still answers: where the last write failed, one of our own says whether it is over.
      if (this.writeFailed) {
        await tryWrite(this.client, this.place, within);
        this.writeFailed = false;
      }
      return null;
    } catch (error) {
      return `${engineFailure(error, this.place.address).message} What is fetched waits until it can be kept.`;
    }
  }

  async close(): Promise<void> {
    this.client.destroy();
  }

  private object(sha256: string): { Bucket: string; Key: string } {
    return { Bucket: this.place.bucket, Key: this.place.prefix + sha256 };
  }

  /** One page of what is under the prefix, by key, from after a key on. `next` is missing on the last one. */
  private async page(
    after: string | undefined,
  ): Promise<{ objects: { key: string; size: number; putAt: Date }[]; next: string | undefined }> {
    const { bucket, prefix } = this.place;
    const answer = await this.client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        MaxKeys: this.pageSize,
        ...(after === undefined ? {} : { StartAfter: after }),
      }),
    );
    const contents = answer.Contents ?? [];
    return {
      objects: contents.map(({ Key = '', LastModified, Size }) => ({
        key: Key.slice(prefix.length),
        size: Size ?? 0,
        // A date that a server leaves out keeps the object.
        putAt: LastModified ?? new Date(this.clock.now()),
      })),
      next: answer.IsTruncated === true ? contents.at(-1)?.Key : undefined,
    };
  }

  /** Bytes freed. Asks again how old the object is in the moment of deleting it. */
  private async expireOne(
    key: string,
    before: Date,
    kept: (sha256: string) => Promise<boolean>,
  ): Promise<number> {
    if (await kept(key)) return 0;
    return this.guarded(() =>
      this.inTurn(key, async () => {
        const facts = await this.factsOf(key);
        if (facts === null || facts.putAt >= before) return 0;
        await this.client.send(new DeleteObjectCommand(this.object(key)));
        return facts.size;
      }),
    );
  }

  private factsOf(key: string): Promise<Facts | null> {
    return unlessMissing(async () => {
      const { ContentLength, LastModified } = await this.client.send(new HeadObjectCommand(this.object(key)));
      return { size: ContentLength ?? -1, putAt: LastModified ?? new Date(0) };
    });
  }

  /** Changes of one key wait for each other. */
  private async inTurn<T>(key: string, change: () => Promise<T>): Promise<T> {
    const last = this.changes.get(key);
    const mine = last === undefined ? change() : last.then(change, change);
    this.changes.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.changes.get(key) === mine) this.changes.delete(key);
    }
  }

  private async written<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await this.guarded(work);
      this.writeFailed = false;
      return result;
    } catch (error) {
      this.writeFailed = true;
      throw error;
    }
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw engineFailure(error, this.place.address);
    }
  }
}

/** Writes and removes a small object of our own, under a name of its own for each try: none removes another's. */
export async function tryWrite(
  client: S3Client,
  place: S3Place,
  options: { readonly abortSignal?: AbortSignal } = {},
): Promise<void> {
  const probe = { Bucket: place.bucket, Key: `${place.prefix}probe-${randomUUID()}` };
  await client.send(new PutObjectCommand({ ...probe, Body: new Uint8Array([0]), ContentLength: 1 }), options);
  await client.send(new DeleteObjectCommand(probe), options);
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
