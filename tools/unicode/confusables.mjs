// Writes libs/shared/text/src/confusable-letters.ts from the package that carries Unicode's confusables.txt.
//   node tools/unicode/confusables.mjs           writes it
//   node tools/unicode/confusables.mjs --check   tells by its exit code whether it is what would be written
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const published = require('unhomoglyph/data.json');
const { version } = require('unhomoglyph/package.json');
const target = fileURLToPath(new URL('../../libs/shared/text/src/confusable-letters.ts', import.meta.url));

/** Scripts that lend letters to Latin words. In right-to-left, Indic and East Asian ones a likeness to l or o is chance. */
const LENDING = new RegExp(
  `^[${[
    'Latin',
    'Common',
    'Cyrillic',
    'Greek',
    'Armenian',
    'Cherokee',
    'Coptic',
    'Lisu',
    'Canadian_Aboriginal',
    'Deseret',
  ]
    .map((script) => `\\p{Script=${script}}`)
    .join('')}]$`,
  'u',
);
/** What the plain reading makes a Latin letter or a mark of anyway. */
const isFolded = (character) => /^[a-z0-9\p{M}]*$/u.test(character.normalize('NFKD').toLowerCase());

/** The small letter that a published prototype stands for, or null where it is none. */
function letterOf(source, prototype) {
  // The file writes one prototype for I, l and 1, and for m the rn it is mistaken for; a capital that looks so is an I.
  if (prototype === 'l' && /\p{Lu}/u.test(source)) return 'i';
  if (prototype === 'rn') return 'm';
  const letter = prototype.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return /^[a-z]$/.test(letter) ? letter : null;
}

const lists = new Map([...'abcdefghijklmnopqrstuvwxyz'].map((letter) => [letter, []]));
for (const [source, prototype] of Object.entries(published)) {
  if ([...source].length !== 1 || source < '\x80' || !LENDING.test(source) || isFolded(source)) continue;
  const letter = letterOf(source, prototype);
  if (letter) lists.get(letter).push(source);
}
const lines = [...lists].map(([letter, sources]) => {
  sources.sort((a, b) => a.codePointAt(0) - b.codePointAt(0));
  return `  ${letter}: '${sources.join('').replaceAll("'", "\\'")}',\n`;
});
const text = `// Written by tools/unicode/confusables.mjs; do not edit.
// Source: confusables.txt of Unicode Technical Standard #39, version 13.0.0, as the npm package unhomoglyph ${version} carries it.
// Copyright © Unicode, Inc.; Unicode License V3, https://www.unicode.org/license.txt

/** By small Latin letter, the characters that look like it or its capital, without those that fold to it anyway. */
export const LOOKS_LIKE: Readonly<Record<string, string>> = {
${lines.join('')}};
`;

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    process.stderr.write(
      'confusable-letters.ts is not what the package says: node tools/unicode/confusables.mjs\n',
    );
    process.exitCode = 1;
  }
} else writeFileSync(target, text);
