import { Parser, type ParserOptions } from 'htmlparser2';
import { resolveUri } from './uri.js';

/** Deeper markup is a trap: closing tags are looked for in the whole stack of open ones. */
const MAX_DEPTH = 300;

/** Elements whose content is no text. */
const DROPPED_WITH_CONTENT: ReadonlySet<string> = new Set([
  'script',
  'style',
  'applet',
  'template',
  'head',
  'title',
  'noframes',
  'iframe',
  'object',
]);

const KEPT_TAGS: ReadonlySet<string> = new Set(
  `a abbr acronym address area article aside audio b bdi bdo big blockquote br button caption center cite code col colgroup dd del details dfn
  dialog dir div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hr i img input ins kbd label legend li main map mark
  menu meter nav noscript ol optgroup option output p picture pre progress q s samp section select small source span strike strong sub summary sup table
  tbody td textarea tfoot th thead time tr track tt u ul var video wbr`.split(/\s+/),
);

const KEPT_ATTRIBUTES: ReadonlySet<string> = new Set(
  `abbr align alt axis border cellpadding cellspacing char charoff charset checked cite class clear color cols colspan compact controls coords
  datetime dir disabled enctype for headers height href hreflang hspace id ismap label lang longdesc loop maxlength media method multiple name
  nohref noshade nowrap poster readonly rel rev rows rowspan rules scope selected shape size span src start summary tabindex target title type
  usemap valign value vspace width xml:lang`.split(/\s+/),
);

const ADDRESS_ATTRIBUTES: ReadonlySet<string> = new Set([
  'href',
  'src',
  'cite',
  'longdesc',
  'usemap',
  'poster',
  'action',
]);
const VOID_TAGS: ReadonlySet<string> = new Set([
  'area',
  'br',
  'col',
  'hr',
  'img',
  'input',
  'source',
  'track',
  'wbr',
]);
const BLOCKS: ReadonlySet<string> = new Set(
  `address article aside blockquote caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6
  header hr legend li main menu nav ol option p pre section summary table tbody td tfoot th thead tr ul`.split(
    /\s+/,
  ),
);

class TooDeep extends Error {}

/**
 * Markup as it may be shown and read: scripts, styles and unknown elements gone, addresses resolved against `base` and
 * dropped where their scheme is not a link's. Text stays as written. Linear in the input's length.
 */
export function cleanMarkup(html: string, base: string): string {
  const out: string[] = [];
  const written = walkMarkup(
    html,
    { decodeEntities: false },
    {
      open(tag, attributes) {
        if (!KEPT_TAGS.has(tag)) return;
        const kept = Object.entries(attributes).flatMap(([name, value]) => attributeOf(name, value, base));
        out.push(`<${tag}${kept.join('')}${VOID_TAGS.has(tag) ? ' />' : '>'}`);
      },
      close(tag, implied) {
        if (KEPT_TAGS.has(tag) && !VOID_TAGS.has(tag) && !implied) out.push(`</${tag}>`);
      },
      text: (text) => void out.push(text.replace(/&(?!#?\w+;)/g, '&amp;').replaceAll('<', '&lt;')),
    },
  );
  return written ? out.join('') : escapeText(stripped(html));
}

export interface ReadMarkup {
  readonly text: string;
  readonly links: readonly string[];
  readonly images: readonly string[];
}

/** What a reader sees of markup: its text with blocks on lines of their own, the links and the images in it. */
export function readMarkup(html: string, base: string): ReadMarkup {
  const text: string[] = [];
  const links: string[] = [];
  const images: string[] = [];
  const read = walkMarkup(
    html,
    { decodeEntities: true },
    {
      open(tag, attributes) {
        if (tag === 'br') text.push('\n');
        else if (BLOCKS.has(tag)) text.push('\n');
        const address = resolveUri(base, attributes['href'] ?? attributes['src'] ?? '');
        if (tag === 'a' && attributes['href'] !== undefined) links.push(address);
        else if (['img', 'video', 'audio', 'source'].includes(tag) && attributes['src'] !== undefined)
          images.push(address);
      },
      close: (tag) => void (BLOCKS.has(tag) && text.push('\n')),
      text: (part) => void text.push(part.replace(/[ \t\r\n\f]{2,}|[\t\r\n\f]/g, ' ')),
    },
  );
  return { text: tidy(read ? text.join('') : stripped(html)), links, images };
}

interface Steps {
  open(tag: string, attributes: Readonly<Record<string, string>>): void;
  close(tag: string, implied: boolean): void;
  text(text: string): void;
}

/** False where the markup is too deep to walk. */
function walkMarkup(html: string, options: ParserOptions, steps: Steps): boolean {
  let depth = 0;
  let dropping = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (++depth > MAX_DEPTH) throw new TooDeep();
        const tag = localName(name);
        if (DROPPED_WITH_CONTENT.has(tag)) dropping++;
        else if (dropping === 0) steps.open(tag, attributes);
      },
      onclosetag(name, implied) {
        depth--;
        const tag = localName(name);
        if (DROPPED_WITH_CONTENT.has(tag)) dropping = Math.max(0, dropping - 1);
        else if (dropping === 0) steps.close(tag, implied);
      },
      ontext(text) {
        if (dropping === 0) steps.text(text);
      },
    },
    { ...options, recognizeSelfClosing: false },
  );
  try {
    parser.write(html);
    parser.end();
    return true;
  } catch (error) {
    if (error instanceof TooDeep) return false;
    throw error;
  }
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1).toLowerCase();
}

function attributeOf(name: string, raw: string, base: string): string[] {
  if (!KEPT_ATTRIBUTES.has(name)) return [];
  const value = decodeAttribute(raw);
  const kept = ADDRESS_ATTRIBUTES.has(name) ? resolveUri(base, value) : value;
  return [` ${name}="${kept.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`];
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00A0',
  colon: ':',
  tab: '\t',
  newline: '\n',
};

/** What browsers understand in an address: an encoded colon is how `javascript:` hides. */
function decodeAttribute(raw: string): string {
  return raw.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));?/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
      const point = decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? '', 16);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '\uFFFD';
    },
  );
}

function stripped(html: string): string {
  return html.replace(/<[^<>]*>/g, ' ');
}

export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** At most one empty line, no spaces at the ends of lines. */
function tidy(text: string): string {
  return text
    .replace(/[ \t\u00A0]{2,}|[\t\u00A0]/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
