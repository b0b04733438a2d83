import { keccak_256 } from '@noble/hashes/sha3.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base58xmr, bech32, bech32m, createBase58check } from '@scure/base';

/** The coins whose addresses are recognised, by the checksum that each address carries. */
export type Coin = 'bitcoin' | 'litecoin' | 'dogecoin' | 'tron' | 'ethereum' | 'monero';

const base58check = createBase58check(sha256);

/** First byte of an address in Base58Check, of 21 bytes, by coin: each coin's chain parameters. */
const VERSIONS: ReadonlyMap<number, Coin> = new Map([
  [0x00, 'bitcoin'],
  [0x05, 'bitcoin'],
  [0x30, 'litecoin'],
  [0x32, 'litecoin'],
  [0x1e, 'dogecoin'],
  [0x16, 'dogecoin'],
  [0x41, 'tron'],
]);
/** Prefixes of Bech32 (BIP 173) and Bech32m (BIP 350) addresses. */
const PREFIXES: ReadonlyMap<string, Coin> = new Map([
  ['bc', 'bitcoin'],
  ['ltc', 'litecoin'],
]);
/** Network bytes of standard, integrated and sub-addresses of Monero (cryptonote_config.h). */
const MONERO: ReadonlySet<number> = new Set([18, 19, 42]);
const CHECKSUM_BYTES = 4;

/** Whose address this is, where its checksum holds; null otherwise. Never throws. */
export function coinOf(address: string): Coin | null {
  if (address.startsWith('0x')) return isEthereum(address) ? 'ethereum' : null;
  if (/^(?:bc|ltc)1/i.test(address)) return segwit(address);
  if (address.length === 95 || address.length === 106) return isMonero(address) ? 'monero' : null;
  try {
    const bytes = base58check.decode(address);
    return bytes.length === 21 ? (VERSIONS.get(bytes[0] as number) ?? null) : null;
  } catch {
    return null;
  }
}

/** Witness version 0 has a Bech32 checksum, the later ones Bech32m (BIP 350). */
function segwit(address: string): Coin | null {
  for (const code of [bech32, bech32m]) {
    const decoded = code.decodeUnsafe(address);
    const version = decoded?.words[0];
    if (!decoded || version === undefined || version > 16 || (version === 0) !== (code === bech32)) continue;
    const program = code.fromWordsUnsafe(decoded.words.slice(1));
    if (program && program.length >= 2 && program.length <= 40) return PREFIXES.get(decoded.prefix) ?? null;
  }
  return null;
}

/** Capitals are the checksum (EIP-55); an address all in small or all in capital letters carries none and is not told. */
function isEthereum(address: string): boolean {
  const digits = address.slice(2);
  const small = digits.toLowerCase();
  if (!/^[0-9a-f]{40}$/.test(small)) return false;
  const hash = keccak_256(new TextEncoder().encode(small));
  return [...digits].every((digit, at) => {
    const byte = hash[at >> 1] as number;
    const nibble = at % 2 === 0 ? byte >> 4 : byte & 15;
    return /[0-9]/.test(digit) || nibble >= 8 === /[A-F]/.test(digit);
  });
}

function isMonero(address: string): boolean {
  try {
    const bytes = base58xmr.decode(address);
    const body = bytes.subarray(0, -CHECKSUM_BYTES);
    const checksum = keccak_256(body).subarray(0, CHECKSUM_BYTES);
    return MONERO.has(bytes[0] as number) && checksum.every((byte, at) => byte === bytes[body.length + at]);
  } catch {
    return false;
  }
}
