/** What a picture's bytes are, whatever its name or its server says. */
export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff' | 'svg';

/** Bytes from the start in which an SVG's root element must begin: behind a declaration, a comment, a doctype. */
const SVG_HEAD_BYTES = 4096;
const AVIF_BRANDS = new Set(['avif', 'avis']);
/** Compatible brands of an ISO file that are read; a file may name AVIF only there (ISO 14496-12, 4.3). */
const BRANDS_READ = 16;

/** The format by the first bytes, or null where they begin none that is decoded. */
export function formatOf(bytes: Uint8Array): PictureFormat | null {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (text(0, 3) === '\xff\xd8\xff') return 'jpeg';
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (/^GIF8[79]a$/.test(text(0, 6))) return 'gif';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(text(0, 4))) return 'tiff';
  if (text(4, 8) === 'ftyp') {
    const brands = [8, ...Array.from({ length: BRANDS_READ }, (_, at) => 16 + at * 4)];
    const boxEnd = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0);
    return brands.some((at) => at + 4 <= boxEnd && AVIF_BRANDS.has(text(at, at + 4))) ? 'avif' : null;
  }
  return isSvg(bytes) ? 'svg' : null;
}

function isSvg(bytes: Uint8Array): boolean {
  const head = new TextDecoder().decode(bytes.subarray(0, SVG_HEAD_BYTES)).trimStart();
  return head.startsWith('<') && /<(?:\w+:)?svg[\s>/]/.test(head);
}

/** Whether an SVG names anything outside itself: another file, a server. None of it is fetched. */
export function namesOthers(svg: Uint8Array): boolean {
  const text = new TextDecoder().decode(svg);
  return (
    /(?:href|src)\s*=\s*["']\s*(?!#|data:)[^"'\s]/i.test(text) ||
    /url\(\s*["']?\s*(?!#|data:)[^)"'\s]/i.test(text) ||
    /<!ENTITY[^>]*\b(?:SYSTEM|PUBLIC)\b/i.test(text) ||
    /@import/i.test(text)
  );
}
