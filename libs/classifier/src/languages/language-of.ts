import type { IdentifiedLanguage } from '@vigil/contracts';
import { identifyLanguage, scriptOf } from './identify.js';

/** Languages of Latin letters that are written in others as well: such a text contradicts nobody. */
const SEVERAL_SCRIPTS: ReadonlySet<string> = new Set('az bs ff ha id ku ms so sw tk uz wo'.split(' '));

/** The language that a post is taken to be in; null where nobody knows. */
export interface PostLanguage {
  readonly tag: string | null;
  /** Where the text told it. */
  readonly identified: IdentifiedLanguage | null;
}

/**
 * What the origin states counts, else what the text tells. One statement is not believed: a language of Latin letters
 * over a text of Arabic, Cyrillic or other ones is the preset of a publishing system (`en-US`), not of an author. The
 * reverse is, since Arabic and Urdu are often written in Latin letters.
 */
export function languageOf(text: string, stated: string | null | undefined): PostLanguage {
  if (typeof stated === 'string' && !isPreset(stated, text)) return { tag: stated, identified: null };
  const identified = identifyLanguage(text);
  return { tag: identified?.tag ?? stated ?? null, identified };
}

function isPreset(stated: string, text: string): boolean {
  const locale = localeOf(stated);
  if (locale?.script !== 'Latn' || SEVERAL_SCRIPTS.has(locale.language)) return false;
  const script = scriptOf(text);
  return script !== null && script !== 'Latin';
}

/** The tag with the script that its language is usually written in (CLDR, likely subtags). */
function localeOf(tag: string): Intl.Locale | null {
  try {
    return new Intl.Locale(tag).maximize();
  } catch {
    return null;
  }
}
