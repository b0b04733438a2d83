/** Content-addressed bytes as fetched. Also the dependency-injection token. */
export abstract class EvidenceStore {
  /** Stores the bytes once, however often they come. Returns their SHA-256 in hex, the key. Durable once resolved. */
  abstract put(bytes: Uint8Array): Promise<string>;
  /** Null where there are none. Throws `internal` where the stored bytes no longer have their hash. */
  abstract get(sha256: string): Promise<Uint8Array | null>;
  abstract delete(sha256: string): Promise<boolean>;
  /** Removes what was last put before the instant and is not `kept`; returns bytes freed. */
  abstract expire(before: Date, kept: (sha256: string) => Promise<boolean>): Promise<number>;
  abstract close(): Promise<void>;
}

export interface EvidenceEntry {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/** A store whose entries can be told, which every one of ours can: for moving and backing up, never for serving. */
export abstract class ListedEvidenceStore extends EvidenceStore {
  /** All entries in the order of their keys. What comes or goes meanwhile may or may not be among them. */
  abstract entries(): AsyncIterable<EvidenceEntry>;
}
