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
