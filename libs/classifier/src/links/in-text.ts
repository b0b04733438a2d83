import { addressOfHandle, parseAddress } from './address.js';
import type { Address } from './platforms.js';

/** An address that stands in a text, as UTF-16 offsets of the text as published. */
export interface Placed {
  readonly address: Address;
  readonly start: number;
  readonly end: number;
}

/** Addresses read of one text: bounds what a text full of them costs. */
export const MAX_IN_TEXT = 500;

/** Dots between labels: those of IDNA (UTS #46), and those that are written so that nothing becomes a link. */
const DOT = /[.\u3002\uff0e\uff61]/g;
const INVISIBLE = /\p{Cf}/u;
const LABEL_END = /[\p{L}\p{M}\p{N}\p{Cf}_-]/u;
/** Longest name of a host (RFC 1035, section 2.3.4), with room for what disguises its dots. */
const MAX_HOST = 300;
/**
 * From the first letter of a host: labels (a dozen bounds what a failing look costs), port, and what
 * follows up to white space, a quotation mark or what separates one address from the next.
 */
const FROM_HOST =
  /(?:[\p{L}\p{M}\p{N}\p{Cf}_-]{1,63}(?:[.\u3002\uff0e\uff61]|\[\.\]|\(\.\))){1,12}[\p{L}\p{M}\p{N}\p{Cf}-]{2,63}(?::\d{1,5})?(?:[/?#](?:[^\s<>"“”«»‹›،؛|,]|,(?!https?:|[\p{L}\p{N}-]{1,63}\.)){0,2000})?/uy;
const SCHEME_BEFORE = /[a-z][a-z0-9+*.-]{1,9}:\/\/(?:[^\s/@]{1,100}@)?$/i;
/** What ends a sentence rather than an address. */
const TRAILING = new Set(".,;:!?'’*_~…،؛؟۔。)]}");
const HANDLE = /(?<![\p{L}\p{N}_@./])@([a-z0-9_][a-z0-9_.-]{1,62}[a-z0-9_])(?:@([\p{L}\p{N}.-]{4,253}))?/giu;
const TELEGRAM_APP = /tg:\/\/(?:resolve\?domain|join\?invite)=[\w-]{2,64}/gi;

/**
 * Addresses, handles and links of the Telegram app in a text, in no order. `platform`: where `@name` without a host
 * belongs. Mail addresses are none. Linear in the text.
 */
export function addressesIn(text: string, platform: string): Placed[] {
  const found: Placed[] = [];
  addHosts(text, found);
  if (text.includes('@')) addHandles(text, platform, found);
  if (/tg:/i.test(text))
    for (const { 0: link, index } of text.matchAll(TELEGRAM_APP))
      add(found, link, index, index + link.length);
  return found;
}

function add(found: Placed[], shown: string, start: number, end: number): void {
  const address = found.length < MAX_IN_TEXT ? parseAddress(shown) : null;
  if (address) found.push({ address, start, end });
}

function addHosts(text: string, found: Placed[]): void {
  let after = 0;
  DOT.lastIndex = 0;
  for (let dot = DOT.exec(text); dot && found.length < MAX_IN_TEXT; dot = DOT.exec(text)) {
    if (dot.index < after) continue;
    const host = hostBefore(text, dot.index, after);
    FROM_HOST.lastIndex = host;
    const [whole] = FROM_HOST.exec(text) ?? [];
    if (whole === undefined || host + whole.length <= dot.index) continue;
    after = host + whole.length;
    const end = host + sentenceEnd(whole);
    const scheme = SCHEME_BEFORE.exec(text.slice(Math.max(0, host - 120), host))?.[0].length ?? 0;
    // The host of a mail address, or of a handle, which is read as a whole.
    if (scheme === 0 && text[host - 1] === '@') continue;
    add(found, text.slice(host, end), host - scheme, end);
    // Written without a space behind a word of another script: the word is no part of the host.
    const glued = /^[^\p{ASCII}]+(?=[a-z0-9])/iu.exec(whole)?.[0].length ?? 0;
    if (scheme === 0 && glued > 0) add(found, text.slice(host + glued, end), host + glued, end);
  }
}

/** How much of it is left when what ends the sentence is taken off. */
function sentenceEnd(shown: string): number {
  let end = shown.length;
  while (end > 0 && TRAILING.has(shown[end - 1] ?? '')) end--;
  return end;
}

/** Where the host begins whose first dot, or disguised dot, is at `dot`. */
function hostBefore(text: string, dot: number, least: number): number {
  let at = dot;
  // Into a disguise: “[.]”.
  if (at > least && (text[at - 1] === '[' || text[at - 1] === '(')) at--;
  const first = Math.max(least, dot - MAX_HOST);
  while (at > first && LABEL_END.test(text[at - 1] ?? '')) at--;
  while (at < dot && INVISIBLE.test(text[at] ?? '')) at++;
  return at;
}

function addHandles(text: string, platform: string, found: Placed[]): void {
  for (const { 0: shown, 1: name = '', 2: home, index } of text.matchAll(HANDLE)) {
    if (found.length >= MAX_IN_TEXT) return;
    const whole = shown.slice(0, sentenceEnd(shown));
    const address = home === undefined ? addressOfHandle(platform, name) : parseAddress(whole);
    if (address) found.push({ address, start: index, end: index + whole.length });
  }
}
