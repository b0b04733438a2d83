import { createHash } from 'node:crypto';
import { MAX_TEXT, PostId, type ImportLine, type SourceLabels, type Verdict } from '@vigil/contracts';
import { loadPack } from '../packs/load-pack.js';
import { compileRuleset, type Ruleset } from '../rules/ruleset.js';
import { classifyText } from './classify.js';
import type { Circumstances } from './conditions.js';
import type { Subject } from './exclude.js';

/** Judges lines of an import without a server or a database. */
export interface LineClassifier {
  readonly ruleset: Ruleset;
  classifyLine(line: ImportLine): Verdict;
}

/**
 * Loads packs from their folders and compiles them, as ruleset 0: they were not published. Throws `bad-input` with
 * every fault of the first pack that has any. `context`: what kind of voice the posts are, as a source's label.
 */
export async function createClassifier(
  packFolders: readonly string[],
  context: SourceLabels['context'] = 'unknown',
): Promise<LineClassifier> {
  const packs = [];
  for (const folder of packFolders) packs.push({ content: await loadPack(folder), version: 0 });
  const ruleset = compileRuleset(packs);
  return {
    ruleset,
    classifyLine: (line) => ({
      postId: postIdOf(line),
      revision: line.revision ?? 0,
      ...classifyText(ruleset, lineSubject(line, context)),
    }),
  };
}

/** The post of a line, to be judged. A deletion has no text. */
export function lineSubject(line: ImportLine, context: SourceLabels['context'] = 'unknown'): Subject {
  return { ...knownOf(line), text: line.type === 'deleted' ? '' : textOf(line), context };
}

function knownOf({
  language,
  author,
  platform,
  links,
  forwardedFrom,
  media,
}: ImportLine): Omit<Circumstances, 'context' | 'text'> {
  const { handle = null, nativeId = null } = typeof author === 'string' ? { handle: author } : (author ?? {});
  return {
    language,
    author: { handle, nativeId },
    platform: platform ?? 'import',
    links,
    forwardedFrom,
    media: media?.map(({ mime = null }) => ({ mime })),
  };
}

/** The line's own id, or one made of what identifies a post, so that the same line twice is one post. */
function postIdOf(line: ImportLine): PostId {
  if (line.id !== undefined) return PostId.parse(`${line.platform ?? 'import'}:${line.id}`);
  const author =
    typeof line.author === 'string' ? line.author : (line.author?.nativeId ?? line.author?.handle ?? '');
  const identity = JSON.stringify([line.channel ?? '', author, line.publishedAt ?? '', line.text]);
  return PostId.parse(
    `${line.platform ?? 'import'}:${createHash('sha256').update(identity).digest('hex').slice(0, 32)}`,
  );
}

/** As the collector does it: the title first, unless the text begins with it. Spans count in this. */
function textOf({ title, text }: ImportLine): string {
  return title && !text.startsWith(title) ? `${title}\n\n${text}`.slice(0, MAX_TEXT) : text;
}
