/** The program's version as it introduces itself; a test holds it equal to the package's. */
const VERSION = '0.1.0';

/**
 * How the program introduces itself to the servers it asks: name, version and, where the operator gave one,
 * a contact (settings.collector.contact), so that a site can reach who watches it instead of blocking blindly.
 */
export function userAgent(contact: string | null): string {
  const clean = contact
    ?.replace(/[^\x20-\x7e]/g, '')
    .replace(/[()\\]/g, '')
    .slice(0, 200)
    .trim();
  return clean ? `Vigil/${VERSION} (+${clean})` : `Vigil/${VERSION}`;
}
