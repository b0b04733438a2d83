/** What a document says about its encoding lies in its first bytes. */
const HEAD_BYTES = 2_048;

/** The encoding a language was mostly written in before UTF-8: what browsers fall back to for it (WHATWG, "default"). */
const BEFORE_UTF8: Readonly<Record<string, string>> = {
  ar: 'windows-1256',
  fa: 'windows-1256',
  ur: 'windows-1256',
  az: 'windows-1254',
  tr: 'windows-1254',
  el: 'iso-8859-7',
  he: 'windows-1255',
  ja: 'shift_jis',
  ko: 'euc-kr',
  zh: 'gbk',
  ru: 'windows-1251',
  uk: 'windows-1251',
  bg: 'windows-1251',
  sr: 'windows-1251',
  tg: 'windows-1251',
  ky: 'windows-1251',
  th: 'windows-874',
  vi: 'windows-1258',
  cs: 'windows-1250',
  hu: 'iso-8859-2',
  pl: 'iso-8859-2',
  ro: 'iso-8859-2',
  bs: 'windows-1250',
  lt: 'windows-1257',
  lv: 'windows-1257',
};

export interface Decoded {
  readonly text: string;
  readonly encoding: string;
}

/**
 * Bytes of a document as text. A byte order mark decides (RFC 7303, section 3); then UTF-16 and UTF-32 by their zero
 * bytes; then the charset of the Content-Type and the XML declaration, each only where the bytes are valid in it, but
 * valid UTF-8 beyond ASCII that any of them, or nobody, contradicts is UTF-8: servers label wrongly, and no other
 * encoding looks like it by accident. Last what the source's languages were written in, and windows-1252, which takes
 * any bytes. Never throws.
 */
export function decodeDocument(
  bytes: Uint8Array,
  contentType: string | undefined,
  languages: readonly string[] = [],
): Decoded {
  const byForm = encodingByForm(bytes);
  if (byForm === 'utf-32le' || byForm === 'utf-32be')
    return { text: decodeUtf32(bytes, byForm === 'utf-32le'), encoding: byForm };
  if (byForm !== null) return { text: new TextDecoder(byForm).decode(bytes), encoding: byForm };
  const declared = declaredEncoding(bytes);
  const charset = /charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})/i.exec(contentType ?? '')?.[1];
  const regional = languages.flatMap((language) => BEFORE_UTF8[language.slice(0, 2)] ?? []);
  const candidates = [...(isAscii(bytes) ? [] : ['utf-8']), charset, declared, 'utf-8', ...regional];
  for (const candidate of candidates) {
    const decoded = candidate === undefined ? null : decodeStrictly(bytes, candidate);
    if (decoded !== null) return decoded;
  }
  return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
}

function decodeStrictly(bytes: Uint8Array, label: string): Decoded | null {
  try {
    const decoder = new TextDecoder(label, { fatal: true });
    // An XML declaration that was read byte by byte cannot say UTF-16.
    if (decoder.encoding.startsWith('utf-16')) return null;
    return { text: decoder.decode(bytes), encoding: decoder.encoding };
  } catch {
    return null;
  }
}

function encodingByForm(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'utf-32le' : 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0 && b === 0 && (c === 0xfe || c === 0) && (d === 0xff || d === 0x3c)) return 'utf-32be';
  if (a === 0x3c && b === 0) return c === 0 ? 'utf-32le' : 'utf-16le';
  if (a === 0 && b === 0x3c) return 'utf-16be';
  return null;
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1');
  return /<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']/.exec(head)?.[1];
}

function isAscii(bytes: Uint8Array): boolean {
  return !bytes.some((byte) => byte > 0x7f);
}

function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = view.getUint32(at, littleEndian);
    out.push(point > 0x10ffff ? '\uFFFD' : String.fromCodePoint(point));
  }
  return out.join('').replace(/^\uFEFF/, '');
}
