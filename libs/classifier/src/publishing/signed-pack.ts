import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { Instant, parse, VigilError } from '@vigil/contracts';
import { z } from 'zod';
import { canonicalJson } from '../packs/canonical.js';
import { Pack } from '../packs/schema.js';

/** What the signed bytes begin to mean: another format is another signature. */
const FORMAT = 'vigil-pack/1';

/** A public key as it is given on: the 32 bytes of RFC 8032, base64url. */
export const PackKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'an Ed25519 public key: 43 characters of base64url');

/** A published version of a pack with the signature of who exported it, over all of it but `signature`. */
export const SignedPack = z.strictObject({
  format: z.literal(FORMAT),
  name: z.string(),
  version: z.number().int().min(1),
  exportedAt: Instant,
  pack: Pack,
  signature: z.strictObject({
    algorithm: z.literal('Ed25519'),
    keyId: z.string(),
    publicKey: PackKey,
    value: z.string(),
  }),
});
export type SignedPack = z.infer<typeof SignedPack>;

/** The same as it comes in: the pack as its sender wrote it, which is what was signed, and no signature perhaps. */
const Incoming = z.strictObject({
  ...SignedPack.omit({ pack: true, signature: true }).shape,
  pack: z.record(z.string(), z.unknown()),
  signature: SignedPack.shape.signature.optional(),
});

/** The public key that belongs to a private one, as it is given on. */
export function packKeyOf(privateKey: KeyObject): string {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return PackKey.parse(x);
}

/** A key in a word, for people to compare: the first 16 hexadecimal digits of its SHA-256. */
export function keyIdOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex').slice(0, 16);
}

/** Signs a version of a pack with an Ed25519 private key (RFC 8032). */
export function signPack(
  { pack, version, exportedAt }: Pick<SignedPack, 'pack' | 'version' | 'exportedAt'>,
  privateKey: KeyObject,
): SignedPack {
  const content = { format: FORMAT, name: pack.name, version, exportedAt, pack } as const;
  const publicKey = packKeyOf(privateKey);
  const value = sign(null, Buffer.from(canonicalJson(content)), privateKey).toString('base64url');
  return { ...content, signature: { algorithm: 'Ed25519', keyId: keyIdOf(publicKey), publicKey, value } };
}

export interface VerifiedPack {
  /** As its sender wrote it: it is still to be checked as any other pack. */
  readonly pack: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly exportedAt: string;
  readonly keyId: string;
}

/**
 * Takes a signed pack from elsewhere. `trusted`: the public keys whose word is taken. Throws `bad-input` for what is no
 * such document, and `forbidden` where it is unsigned, signed with a key that is not trusted, or was altered.
 */
export function verifyPack(document: unknown, trusted: readonly string[]): VerifiedPack {
  const { signature, ...content } = parse(Incoming, document, 'exported rule pack');
  if (!signature)
    throw new VigilError(
      'forbidden',
      'The pack carries no signature, so nobody stands for it. Ask its sender for a signed export; or look at what it holds, and publish it as your own.',
    );
  const keyId = keyIdOf(signature.publicKey);
  if (!trusted.includes(signature.publicKey))
    throw new VigilError(
      'forbidden',
      `The pack is signed with the key ${keyId}, which is not trusted here. Ask its sender, by another way than this file, whether that is their key; then add ${signature.publicKey} to VIGIL_PACK_KEYS.`,
    );
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: signature.publicKey }, format: 'jwk' });
  const bytes = Buffer.from(canonicalJson(content));
  if (!verify(null, bytes, key, Buffer.from(signature.value, 'base64url')))
    throw new VigilError(
      'forbidden',
      `The signature of the key ${keyId} does not fit: the pack, its version or its date was altered after it was signed. Ask its sender for it again.`,
    );
  return { pack: content.pack, version: content.version, exportedAt: content.exportedAt, keyId };
}
