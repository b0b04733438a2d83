import type { z } from 'zod';
import { VigilError } from '@vigil/contracts';
import { editsOf, normalise } from '@vigil/text';
import { nameOf, parseAddress } from '../links/address.js';
import { isWholePlatform } from '../links/platforms.js';
import { compilePattern } from '../rules/linear-pattern.js';
import { Pack, PackHeader, Reference, SloganRule } from './schema.js';
import { readYaml, type PackProblem, type Path, type YamlFile } from './yaml-file.js';

/** Problems listed of one pack; beyond that their number is told. */
export const MAX_PROBLEMS = 10_000;
/** Files of one pack, and their characters together: what one publishing may cost. */
export const MAX_FILES = 500;
export const MAX_PACK = 64 * 1024 * 1024;

export interface ParsedPack {
  /** Null where there is any problem. */
  readonly pack: Pack | null;
  readonly problems: readonly PackProblem[];
  /** Problems found beyond MAX_PROBLEMS. */
  readonly omitted: number;
  /** The same for what is found out later of a rule: `rule` is its id within the pack. */
  problemAt(rule: string, path: Path, message: string): PackProblem;
}

/** Where a rule or reference stands: its file, and the path to it. */
interface Part {
  readonly file: YamlFile;
  readonly path: Path;
  readonly value: unknown;
}

/**
 * Puts a pack together from its files (name within the folder → text) and checks all of it in one go: `pack.yaml`,
 * `references.yaml` and every `rules/*.yaml`. References and rules may also stand in `pack.yaml`, so that a whole pack
 * can be one document. Never throws.
 */
export function parsePack(files: ReadonlyMap<string, string>): ParsedPack {
  const problems: PackProblem[] = [];
  const whole = (file: string, message: string) =>
    problems.push({ file, line: 1, column: 1, field: '', message });
  let characters = 0;
  for (const text of files.values()) characters += text.length;
  if (files.size > MAX_FILES || characters > MAX_PACK) {
    whole(
      'pack.yaml',
      `the pack has ${files.size} files and ${characters} characters; at most ${MAX_FILES} and ${MAX_PACK} are accepted`,
    );
    return { pack: null, problems, omitted: 0, problemAt: nowhere };
  }
  const read = new Map<string, YamlFile>();
  for (const [name, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name !== 'pack.yaml' && name !== 'references.yaml' && !/^rules\/[^/]+\.ya?ml$/.test(name)) {
      whole(name, 'is not part of a pack: pack.yaml, references.yaml and rules/*.yaml are');
      continue;
    }
    const result = readYaml(name, text);
    problems.push(...result.problems);
    if (result.problems.length === 0) read.set(name, result.file);
  }
  if (!files.has('pack.yaml'))
    whole('pack.yaml', 'is missing: it holds name, title, description, maintainer and licence');

  const header = parseHeader(read.get('pack.yaml'), problems);
  const references = parseReferences(
    [...inlineReferences(read.get('pack.yaml')), ...topLevel(read.get('references.yaml'))],
    problems,
  );
  const parts = [...read.values()].flatMap((file) => rulesOf(file, problems));
  const rules = parseRules(parts, problems);
  if (parts.length === 0 && problems.length === 0)
    whole('pack.yaml', 'the pack has no rules: write at least one under rules/');
  checkLinks(parts, header?.signs, references.keys, problems);

  const omitted = Math.max(0, problems.length - MAX_PROBLEMS);
  const sorted = problems.sort((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column,
  );
  const pack = problems.length === 0 && header ? { ...header, references: references.known, rules } : null;
  const problemAt = (rule: string, within: Path, message: string): PackProblem => {
    const part = parts.find(({ value }) => isRecord(value) && value['id'] === rule);
    return part?.file.problemAt([...part.path, ...within], message) ?? nowhere(rule, within, message);
  };
  return { pack, problems: sorted.slice(0, MAX_PROBLEMS), omitted, problemAt };
}

function nowhere(rule: string, _: Path, message: string): PackProblem {
  return { file: 'pack.yaml', line: 1, column: 1, field: '', message: `${rule} ${message}` };
}

/** The same as one error: `bad-input`, each fault a field `file:line:column field`. */
export function packError(subject: string, parsed: ParsedPack): VigilError {
  const fields = parsed.problems.map((p) => ({
    path: `${p.file}:${p.line}:${p.column}${p.field ? ` ${p.field}` : ''}`,
    message: p.message,
  }));
  const total = fields.length + parsed.omitted;
  const shown = fields.slice(0, 20).map((f) => `  ${f.path}: ${f.message}`);
  if (total > shown.length) shown.push(`  and ${total - shown.length} more`);
  return new VigilError(
    'bad-input',
    `${subject}: ${total} ${total === 1 ? 'fault' : 'faults'}\n${shown.join('\n')}`,
    { fields },
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function report(part: Part, error: z.ZodError, problems: PackProblem[]): void {
  for (const issue of error.issues) {
    const path = [...part.path, ...issue.path.map((key) => (typeof key === 'number' ? key : String(key)))];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys)
        problems.push(part.file.problemAt([...path, key], 'is no field here: check its spelling'));
    } else problems.push(part.file.problemAt(path, messageOf(issue)));
  }
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key')
    return `accepted as a key: ${issue.issues.map((i) => i.message).join('; ')}`;
  const missing = issue.message.match(/^Invalid input: expected (.+), received undefined$/);
  return missing ? `is missing: ${missing[1]} is expected` : issue.message;
}

function parseHeader(file: YamlFile | undefined, problems: PackProblem[]): PackHeader | null {
  if (!file) return null;
  if (!isRecord(file.value)) {
    problems.push(file.problemAt([], 'must be a map with name, title, description, maintainer and licence'));
    return null;
  }
  const { rules: _rules, references: _references, ...value } = file.value;
  const part: Part = { file, path: [], value };
  checkPhrases(part, 'signs', value['signs'], problems);
  if (Array.isArray(value['contexts'])) {
    value['contexts'].forEach((markers: unknown, at) => {
      if (isRecord(markers))
        checkPhraseLists({ file, path: ['contexts', at, 'phrases'], value: markers['phrases'] }, 1, problems);
    });
  }
  const result = PackHeader.safeParse(value);
  if (result.success) return result.data;
  report(part, result.error, problems);
  return null;
}

function inlineReferences(file: YamlFile | undefined): Part[] {
  if (!file || !isRecord(file.value) || file.value['references'] === undefined) return [];
  return [{ file, path: ['references'], value: file.value['references'] }];
}

function topLevel(file: YamlFile | undefined): Part[] {
  return file ? [{ file, path: [], value: file.value ?? {} }] : [];
}

function parseReferences(
  parts: Part[],
  problems: PackProblem[],
): { known: Pack['references']; keys: ReadonlySet<string> } {
  const known: Pack['references'] = {};
  const keys = new Set<string>();
  for (const part of parts) {
    if (!isRecord(part.value)) {
      problems.push(part.file.problemAt(part.path, 'must be a map from keys to references'));
      continue;
    }
    for (const [key, value] of Object.entries(part.value)) {
      const path = [...part.path, key];
      if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(key))
        problems.push(part.file.problemAt(path, 'a key has lower-case letters, digits and single dashes'));
      if (keys.has(key)) problems.push(part.file.problemAt(path, 'the reference is given twice: keep one'));
      keys.add(key);
      const result = Reference.safeParse(value);
      if (result.success) known[key] = result.data;
      else report({ ...part, path }, result.error, problems);
    }
  }
  return { known, keys };
}

function rulesOf(file: YamlFile, problems: PackProblem[]): Part[] {
  let path: Path = [];
  let list = file.value;
  if (file.name === 'references.yaml') return [];
  if (file.name === 'pack.yaml') {
    if (!isRecord(list) || list['rules'] === undefined) return [];
    path = ['rules'];
    list = list['rules'];
  }
  if (list === null || list === undefined) return [];
  if (!Array.isArray(list)) {
    problems.push(file.problemAt(path, 'must be a list of rules, each beginning with “- id:”'));
    return [];
  }
  return list.map((value: unknown, at) => ({ file, path: [...path, at], value }));
}

function parseRules(parts: readonly Part[], problems: PackProblem[]): SloganRule[] {
  const rules: SloganRule[] = [];
  const ids = new Map<string, string>();
  for (const part of parts) {
    if (!isRecord(part.value)) {
      problems.push(part.file.problemAt(part.path, 'must be a rule: a map with id, title, kind and so on'));
      continue;
    }
    const { id } = part.value;
    if (typeof id === 'string') {
      const earlier = ids.get(id);
      const here = part.file.problemAt([...part.path, 'id'], '');
      if (earlier)
        problems.push({
          ...here,
          message: `the id ${id} is taken at ${earlier}: ids are unique within a pack`,
        });
      else ids.set(id, `${here.file}:${here.line}`);
    }
    checkPhraseLists({ ...part, path: [...part.path, 'phrases'], value: part.value['phrases'] }, 2, problems);
    checkPhraseLists({ ...part, path: [...part.path, 'unless'], value: part.value['unless'] }, 1, problems);
    checkKind(part, part.value, problems);
    checkPattern(part, part.value, problems);
    checkAddresses(part, part.value, problems);
    checkEdits(part, part.value, problems);
    const result = SloganRule.safeParse(part.value);
    if (result.success) rules.push(result.data);
    else report(part, result.error, problems);
  }
  return rules;
}

/** Every kind has what it is found by, and nothing that only another kind makes use of. */
function checkKind({ file, path }: Part, rule: Record<string, unknown>, problems: PackProblem[]): void {
  const say = (field: string, message: string) => problems.push(file.problemAt([...path, field], message));
  if (rule['kind'] === 'link') {
    if (rule['links'] === undefined) say('links', 'is missing: a rule of the kind link lists the addresses it is found by');
    for (const field of ['phrases', 'unless', 'edits', 'skipSteps'])
      if (rule[field] !== undefined) say(field, 'is no field of a link, which is found by its addresses: remove it, or make the kind slogan');
  } else {
    if (rule['phrases'] === undefined) say('phrases', 'is missing: a map from languages to phrases is expected');
    if (rule['links'] !== undefined) say('links', 'is a field of the kind link alone: make the kind link, or ask for links under only');
  }
}

/** An address that is listed twice, and one that is everybody's, are told where they stand. */
function checkAddresses({ file, path }: Part, { links }: Record<string, unknown>, problems: PackProblem[]): void {
  if (!Array.isArray(links)) return;
  const first = new Map<string, number>();
  links.forEach((link: unknown, at) => {
    const address = typeof link === 'string' ? parseAddress(link) : null;
    if (!address) return;
    const say = (message: string) => problems.push(file.problemAt([...path, 'links', at], message));
    if (isWholePlatform(address)) say(`is ${nameOf(address)} as a whole, so every link to it would match: name a channel of it`);
    const key = `${nameOf(address)}?${address.query.toString()}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, at);
    else say(`is the same address as links.${earlier}, which is ${String(links[earlier])}: keep one`);
  });
}

function checkPattern({ file, path }: Part, { kind, pattern }: Record<string, unknown>, problems: PackProblem[]): void {
  const say = (message: string) => problems.push(file.problemAt([...path, 'pattern'], message));
  if (kind === 'pattern' && pattern === undefined) say('is missing: a rule of the kind pattern says what is looked for near its phrases');
  if ((kind === 'slogan' || kind === 'link') && pattern !== undefined) say(`is no field of a ${kind}: remove it, or make the kind pattern`);
  if (typeof pattern !== 'string') return;
  try {
    compilePattern(pattern);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

/** Edits are for long words: where there is none, they would promise what is never found. */
function checkEdits({ file, path }: Part, { edits, phrases }: Record<string, unknown>, problems: PackProblem[]): void {
  if ((edits !== 1 && edits !== 2) || !isRecord(phrases)) return;
  const words = Object.values(phrases)
    .flat()
    .flatMap((phrase) => (typeof phrase === 'string' ? normalise(phrase).text().split(' ') : []));
  if (words.length > 0 && !words.some((word) => editsOf(word.length, edits) > 0))
    problems.push(
      file.problemAt([...path, 'edits'], 'no phrase has a word of 6 letters or more, and shorter words take no edits: remove it'),
    );
}

/** Reads loosely, so that a rule with another fault is checked as well. */
function checkLinks(
  parts: readonly Part[],
  signs: PackHeader['signs'] | undefined,
  references: ReadonlySet<string>,
  problems: PackProblem[],
): void {
  const leading = new Set(parts.flatMap(({ value }) => (isRecord(value) && value['slogan'] === undefined ? [value['id']] : [])));
  for (const { file, path, value } of parts) {
    if (!isRecord(value)) continue;
    const { reference, needs, slogan, indicator, region } = value;
    if (region !== undefined && indicator !== 'territorial-claim') {
      const message = 'a region is claimed only with the indicator territorial-claim: remove it, or change the indicator';
      problems.push(file.problemAt([...path, 'region'], message));
    }
    for (const field of ['with', 'without']) checkCompany({ file, path: [...path, field], value: value[field] }, signs, problems);
    if (typeof slogan === 'string' && !leading.has(slogan)) {
      const message = `${slogan} is no rule of this pack that stands for itself: name the id of one without a slogan of its own`;
      problems.push(file.problemAt([...path, 'slogan'], message));
    }
    const named = Array.isArray(reference) ? reference : reference === 'unverified' ? [] : [reference];
    named.forEach((key: unknown, at) => {
      if (typeof key === 'string' && !references.has(key)) {
        const where = [...path, 'reference', ...(Array.isArray(reference) ? [at] : [])];
        problems.push(
          file.problemAt(
            where,
            `${key} is no key of the references: add it to references.yaml, or say unverified`,
          ),
        );
      }
    });
    if (!isRecord(needs)) continue;
    const wanted = Array.isArray(needs['signs']) ? needs['signs'] : [];
    const categories = Array.isArray(needs['categories']) ? needs['categories'] : [];
    const entities = Array.isArray(needs['entities']) ? needs['entities'] : [];
    if (wanted.length + categories.length + entities.length === 0 && needs['voice'] === undefined) {
      problems.push(
        file.problemAt(
          [...path, 'needs'],
          'names no sign, no category, no entity and no voice, so the rule could never match: name one, or remove it',
        ),
      );
    }
    checkSigns({ file, path: [...path, 'needs', 'signs'], value: wanted }, signs, problems);
  }
}

function checkSigns({ file, path, value }: Part, signs: PackHeader['signs'] | undefined, problems: PackProblem[]): void {
  if (!signs || !Array.isArray(value)) return;
  const known = Object.keys(signs).join(', ') || 'none yet';
  value.forEach((sign: unknown, at) => {
    if (typeof sign === 'string' && !Object.hasOwn(signs, sign))
      problems.push(file.problemAt([...path, at], `${sign} is no sign set of pack.yaml (${known})`));
  });
}

/** Company of which more sets are asked for than are named could never be there. */
function checkCompany({ file, path, value }: Part, signs: PackHeader['signs'] | undefined, problems: PackProblem[]): void {
  if (!Array.isArray(value)) return;
  value.forEach((company: unknown, at) => {
    if (!isRecord(company)) return;
    const { signs: named, atLeast } = company;
    checkSigns({ file, path: [...path, at, 'signs'], value: named }, signs, problems);
    const sets = Array.isArray(named) ? new Set(named).size : 0;
    if (sets > 0 && typeof atLeast === 'number' && atLeast > sets) {
      const message = `asks for ${atLeast} of ${sets} different sign sets: name more, or ask for fewer`;
      problems.push(file.problemAt([...path, at, 'atLeast'], message));
    }
  });
}

function checkPhrases(part: Part, field: string, sets: unknown, problems: PackProblem[]): void {
  if (!isRecord(sets)) return;
  for (const [name, value] of Object.entries(sets))
    checkPhraseLists({ ...part, path: [...part.path, field, name], value }, 1, problems);
}

/** Every phrase must leave at least `least` characters when normalised: one letter alone would match everywhere. */
function checkPhraseLists(part: Part, least: number, problems: PackProblem[]): void {
  if (!isRecord(part.value)) return;
  for (const [language, list] of Object.entries(part.value)) {
    if (!Array.isArray(list)) continue;
    list.forEach((phrase: unknown, at) => {
      if (typeof phrase !== 'string' || phrase.length < 2 || phrase.length > 200) return;
      const { length } = normalise(phrase);
      if (length >= least) return;
      const left = length === 0 ? 'nothing' : 'a single character';
      problems.push(
        part.file.problemAt(
          [...part.path, language, at],
          `${left} is left of it when it is normalised: letters or digits are needed`,
        ),
      );
    });
  }
}
