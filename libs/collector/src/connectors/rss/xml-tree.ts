import { Parser } from 'htmlparser2';
import { VigilError } from '@vigil/contracts';
import { resolveUri } from './uri.js';
import { knownPrefix } from './namespaces.js';

/** A feed nests perhaps ten deep, its XHTML content perhaps thirty. */
const MAX_DEPTH = 200;
/** A feed of 10,000 entries with 30 elements each. */
const MAX_ELEMENTS = 300_000;
const MAX_ATTRIBUTES = 100;
/** Text between tags and entities; a full document of escaped markup has one about every twenty characters. */
const MAX_TEXTS = 1_500_000;

export interface Element {
  /** Lower case, with the usual prefix of its namespace whatever prefix the document uses: `dc:date`, `title`. */
  readonly name: string;
  /** The local name as written, for markup inside of content. */
  readonly tag: string;
  /** Names in lower case, without their prefix except for `xml:` and `rdf:`. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (Element | string)[];
  /** xml:base in force here, resolved. */
  readonly base: string;
  /** xml:lang in force here. */
  readonly language: string | null;
}

interface Open extends Element {
  readonly children: (Element | string)[];
  readonly namespaces: ReadonlyMap<string, string>;
}

/**
 * The document as a tree, as forgiving as feed readers are: unclosed and misnested tags are closed, undeclared HTML
 * entities understood. Declared entities are never expanded, so none can be a bomb.
 * Throws `unparsable-feed` where the document is nested or divided beyond any feed.
 */
export function parseXml(text: string, base: string, language: string | null): Element {
  const root: Open = {
    name: '',
    tag: '',
    attributes: new Map(),
    children: [],
    base,
    language,
    namespaces: new Map(),
  };
  const stack: Open[] = [root];
  let elements = 0;
  let texts = 0;
  let inCdata = false;
  const top = () => stack[stack.length - 1] ?? root;
  const parser = new Parser(
    {
      onopentag(rawName, attributes) {
        if (stack.length > MAX_DEPTH) throw refusal(`elements are nested more than ${MAX_DEPTH} deep`);
        if (++elements > MAX_ELEMENTS)
          throw refusal(`more than ${MAX_ELEMENTS.toLocaleString('en')} elements`);
        const element = opened(rawName, attributes, top());
        top().children.push(element);
        stack.push(element);
      },
      onclosetag() {
        if (stack.length > 1) stack.pop();
      },
      ontext(chunk) {
        if (++texts > MAX_TEXTS) throw refusal(`more than ${MAX_TEXTS.toLocaleString('en')} pieces of text`);
        top().children.push(inCdata ? chunk : withHtmlEntities(chunk));
      },
      oncdatastart() {
        inCdata = true;
      },
      oncdataend() {
        inCdata = false;
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(text);
  parser.end();
  return root;
}

function opened(rawName: string, given: Readonly<Record<string, string>>, parent: Open): Open {
  const attributes = new Map<string, string>();
  let namespaces = parent.namespaces;
  let base = parent.base;
  let language = parent.language;
  for (const [rawAttribute, value] of Object.entries(given).slice(0, MAX_ATTRIBUTES)) {
    const attribute = rawAttribute.toLowerCase();
    if (attribute === 'xmlns' || attribute.startsWith('xmlns:')) {
      if (namespaces === parent.namespaces) namespaces = new Map(parent.namespaces);
      // A Map made here is ours to change.
      (namespaces as Map<string, string>).set(attribute.slice(6), value);
    } else if (attribute === 'xml:base') base = resolveUri(base, value.trim());
    else if (attribute === 'xml:lang' || (attribute === 'lang' && !attributes.has('xml:lang')))
      language = value.trim() === '' ? null : value.trim().slice(0, 50);
    const kept = /^(?:xml|rdf):/.test(attribute) ? attribute : attribute.replace(/^[^:]*:/, '');
    if (!attributes.has(kept) || !attribute.includes(':')) attributes.set(kept, value);
  }
  const colon = rawName.indexOf(':');
  const prefix = colon === -1 ? '' : rawName.slice(0, colon).toLowerCase();
  const tag = rawName.slice(colon + 1);
  const known = knownPrefix(namespaces.get(prefix), prefix);
  return {
    name: (known === '' ? tag : `${known}:${tag}`).toLowerCase(),
    tag,
    attributes,
    children: [],
    base,
    language,
    namespaces,
  };
}

/** Entities of HTML that no document type declared, as in `&eacute;`: XML leaves them as they are, readers expect the letter. */
function withHtmlEntities(chunk: string): string {
  return chunk.includes('&') && /&[a-z][a-z0-9]*;/i.test(chunk) ? decodeHtmlEntities(chunk) : chunk;
}

function decodeHtmlEntities(text: string): string {
  const out: string[] = [];
  const parser = new Parser({ ontext: (chunk) => void out.push(chunk) }, { decodeEntities: true });
  // A text chunk holds no `<` that could begin a tag: XML's tokenizer has taken them.
  parser.write(text.replaceAll('<', '&lt;'));
  parser.end();
  return out.join('');
}

function refusal(why: string): VigilError {
  return new VigilError('unparsable-feed', `the document is refused: ${why}`);
}

export function isElement(node: Element | string): node is Element {
  return typeof node !== 'string';
}

export function elementsOf(parent: Element): Element[] {
  return parent.children.filter(isElement);
}

export function childNamed(parent: Element, ...names: string[]): Element | undefined {
  return elementsOf(parent).find((child) => names.includes(child.name));
}

/** All text below, trimmed. */
export function textOf(element: Element): string {
  const out: string[] = [];
  const walk = (node: Element) => {
    for (const child of node.children) {
      if (isElement(child)) walk(child);
      else out.push(child);
    }
  };
  walk(element);
  return out.join('').trim();
}
