import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isVigilError } from '@vigil/contracts';
import { describeWithShared } from '@vigil/testing';
import { parseFeed } from '../parse-feed.js';
import { feedparserView } from './feedparser-names.js';
import { evaluate, isTrue, parseExpression, pathsOf, type Expression } from './python-expression.js';

/** What the tests of that family take as the server's address. */
const SERVER = 'http://127.0.0.1:8097/tests';

/** Of an entry or the feed itself, what a post is made of. */
const COMPARED =
  /^(?:title|link|links|id|guid|published|updated|created|issued|modified|date|content|summary|description|subtitle|tagline|info)(?:_detail|_parsed)?$/;

/** Why a document may differ, where we mean to. */
const REASONS: Readonly<Record<string, string>> = {};

interface Outcome {
  readonly file: string;
  readonly result: 'agrees' | 'differs' | 'refused' | 'not asked';
  readonly why: string;
}

/** A real document with what another reader makes of it; read where it is, never copied. */
function check(folder: string, file: string): Outcome {
  const bytes = readFileSync(join(folder, file));
  const head = bytes.subarray(0, 4_000).toString('latin1');
  const headers = Object.fromEntries(
    [...head.matchAll(/^\s*Header:\s*([\w-]+):\s*(.*?)\s*$/gm)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value,
    ]),
  );
  const url = `${SERVER}/${file.replaceAll('__', '/')}`;
  let feed;
  try {
    feed = parseFeed(bytes, { url, headers: { 'content-type': 'text/xml', ...headers } });
  } catch (error) {
    if (!isVigilError(error, 'unparsable-feed')) throw error;
    return { file, result: 'refused', why: error.message };
  }
  const expected = /^\s*Expect:\s*(.*?)\s*$/m.exec(Buffer.from(head, 'latin1').toString('utf8'))?.[1] ?? '1';
  const view = feedparserView(feed, url);
  const asked = conditionsOf(parseExpression(expected)).filter((condition) =>
    pathsOf(condition).some(isCompared),
  );
  if (asked.length === 0) return { file, result: 'not asked', why: '' };
  const agrees = asked.every((condition) => isTrue(evaluate(condition, (path) => lookUp(view, path))));
  const found = asked
    .flatMap(pathsOf)
    .map((path) => `${path.join('.')} = ${JSON.stringify(lookUp(view, path))}`);
  return {
    file,
    result: agrees ? 'agrees' : 'differs',
    why: agrees
      ? ''
      : `${REASONS[file] ?? 'no reason known'}: expected ${expected}; found ${found.join(', ')}`,
  };
}

/** What is joined by `and` is compared each by itself; whether a document was ill formed (`bozo`) is not. */
function conditionsOf(expression: Expression): readonly Expression[] {
  return expression.type === 'and' ? expression.of : [expression];
}

function isCompared(path: readonly (string | number)[]): boolean {
  const [root, second, third] = path;
  if (root === 'feed') return COMPARED.test(String(second));
  return root === 'entries' && COMPARED.test(String(third));
}

function lookUp(view: unknown, path: readonly (string | number)[]): unknown {
  let value = view;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    const holder = value as Record<string | number, unknown>;
    value = Object.hasOwn(holder, key) ? holder[key] : undefined;
  }
  return value;
}

describeWithShared('feeds of ../shared/data/feeds', 'data/feeds', (folder) => {
  it('parse or are refused by name, and agree with what is expected of them', () => {
    const files = readdirSync(folder)
      .filter((name) => name.endsWith('.xml'))
      .sort();
    const outcomes = files.map((file) => check(folder, file));
    const of = (result: Outcome['result']) => outcomes.filter((outcome) => outcome.result === result);
    const lines = [
      `${files.length} feeds: ${files.length - of('refused').length} parsed, ${of('refused').length} refused by name`,
      `${of('agrees').length} of ${of('agrees').length + of('differs').length} agree with what their Expect line says of title, link, id, dates or content`,
      ...[...of('differs'), ...of('refused')].map(({ file, result, why }) => `  ${result}: ${file}: ${why}`),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    expect(of('agrees').length).toBeGreaterThanOrEqual(0.95 * (of('agrees').length + of('differs').length));
  });
});
