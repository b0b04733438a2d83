import { cleanMarkup, escapeText } from './markup.js';
import { isElement, type Element } from './xml-tree.js';

/** A text of a feed with what is known about it. `value` is plain text, or clean markup where the type says so. */
export interface TextValue {
  readonly value: string;
  readonly type: string;
  readonly language: string | null;
  readonly base: string;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  text: 'text/plain',
  html: 'text/html',
  xhtml: 'application/xhtml+xml',
};
const XHTML = 'application/xhtml+xml';

export function isMarkup(type: string): boolean {
  return type === 'text/html' || type === XHTML;
}

/**
 * Reads a text construct of any of the formats: Atom 1.0's types (RFC 4287, section 3.1), Atom 0.3's modes xml, escaped
 * and base64, and RSS, where nobody says what a title is: there a plain text that looks like HTML is HTML.
 */
export function textValue(
  element: Element,
  defaultType: string,
  dialect: 'atom10' | 'atom03' | 'rss',
): TextValue {
  const declared = (element.attributes.get('type') ?? defaultType).trim().toLowerCase();
  let type = TYPE_NAMES[declared] ?? (declared === '' ? defaultType : declared);
  const hasElements = element.children.some((child) => isElement(child) && !isDiv(child));
  let value: string;
  if (type.endsWith('xml') || hasElements) {
    if (!type.endsWith('xml')) type = XHTML;
    const nodes =
      dialect === 'atom10' && type === XHTML ? withoutWrapper(element.children) : element.children;
    value = nodes.map(serialise).join('').trim();
  } else {
    value = element.children
      .map((child) => (isElement(child) ? child.children.map(serialise).join('') : child))
      .join('')
      .trim();
    if (isBase64(element, type)) {
      value = Buffer.from(value, 'base64').toString('utf8').trim();
      // The bytes of another type were text after all, or the feed has nothing to read here.
      if (!isMarkup(type) && type !== 'text/plain' && looksLikeHtml(value)) type = 'text/html';
    }
    if (type === 'text/plain' && dialect === 'rss' && looksLikeHtml(value)) type = 'text/html';
  }
  const { language, base } = element;
  return {
    value: isMarkup(type) ? cleanMarkup(value, base).trim() : value,
    type,
    language: language?.replace('_', '-') ?? null,
    base,
  };
}

function isBase64(element: Element, type: string): boolean {
  const mode = element.attributes.get('mode')?.toLowerCase();
  if (mode !== undefined) return mode === 'base64';
  return !type.startsWith('text/') && !type.endsWith('+xml') && !type.endsWith('/xml') && type.includes('/');
}

function isDiv(element: Element): boolean {
  return element.name === 'div' || element.name === 'xhtml:div';
}

/** XHTML content stands in a div that is not part of it (RFC 4287, section 3.1.1.3). */
function withoutWrapper(children: Element['children']): Element['children'] {
  const significant = children.filter((child) => isElement(child) || child.trim() !== '');
  const [only] = significant;
  return significant.length === 1 && only !== undefined && isElement(only) && isDiv(only)
    ? only.children
    : children;
}

function serialise(node: Element | string): string {
  if (!isElement(node)) return escapeText(node);
  const attributes = [...node.attributes]
    .filter(([name]) => !name.startsWith('xmlns'))
    .map(([name, value]) => ` ${name}="${escapeText(value).replaceAll('"', '&quot;')}"`);
  const open = `<${node.tag}${attributes.join('')}`;
  if (node.children.length === 0)
    return /^(?:area|br|col|hr|img|input|source|track|wbr)$/i.test(node.tag)
      ? `${open} />`
      : `${open}></${node.tag}>`;
  return `${open}>${node.children.map(serialise).join('')}</${node.tag}>`;
}

const HTML_WORDS: ReadonlySet<string> = new Set(
  'a abbr address b big blockquote br center cite code dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q s samp small span strike strong sub sup table tbody td th tr tt u ul var'.split(
    ' ',
  ),
);

/** A closing tag or an entity, and no tag that HTML does not know. */
export function looksLikeHtml(text: string): boolean {
  if (!/<\/\w+>|&#?\w+;|<br ?\/?>/.test(text)) return false;
  return [...text.matchAll(/<\/?(\w+)/g)].every((match) => HTML_WORDS.has((match[1] ?? '').toLowerCase()));
}
