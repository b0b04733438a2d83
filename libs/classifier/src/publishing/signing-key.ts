import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { VigilError } from '@vigil/contracts';

/** By default in the data folder. */
export const SIGNING_KEY_FILE = 'pack-signing-key.pem';

/**
 * The private key by which this organisation signs packs (Ed25519, PKCS #8 in PEM), made at its first use and readable
 * by its owner alone. Processes that share the folder and ask together get the same one: the file appears with its
 * content, and the first that appears stays. Throws `engine-misconfigured` where the file holds something else.
 */
export async function ensureSigningKey(file: string): Promise<KeyObject> {
  const existing = await keyIn(file);
  if (existing) return existing;
  const { privateKey } = generateKeyPairSync('ed25519');
  await mkdir(dirname(file), { recursive: true });
  const made = `${file}.${randomUUID()}`;
  try {
    await writeFile(made, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flush: true });
    await link(made, file).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await rm(made, { force: true });
  }
  return (await keyIn(file)) ?? privateKey;
}

async function keyIn(file: string): Promise<KeyObject | null> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const key = readKey(text);
  if (key?.asymmetricKeyType === 'ed25519') return key;
  // What it holds instead is nobody's business: it may be another secret.
  throw new VigilError(
    'engine-misconfigured',
    `${file} holds no Ed25519 private key in PEM: name another file in VIGIL_PACK_SIGNING_KEY, or move this one away and a new key is made.`,
  );
}

function readKey(text: string): KeyObject | null {
  try {
    return createPrivateKey(text);
  } catch {
    return null;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
