import { isDeepStrictEqual } from 'node:util';
import type { FieldChange, PackDiff, PartDiff, PhraseChange, RuleState } from '@vigil/contracts';
import type { ContextMarkers, Pack, SloganRule } from './schema.js';

/** Phrases by language, as a pack lists them. */
type Phrases = Readonly<Record<string, readonly string[]>>;

/** A rule, sign set, context or reference: its phrase lists apart from its other fields. */
interface Part {
  readonly id: string;
  readonly title: string;
  readonly lists: Readonly<Record<string, Phrases | undefined>>;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Parts = ReadonlyMap<string, Part>;

/** How `to` differs from `from`; from null: everything is new. Names of versions are the caller's. */
export function diffPacks(from: Pack | null, to: Pack): Omit<PackDiff, 'from' | 'to'> {
  const before = partsOf(from);
  const after = partsOf(to);
  return {
    name: to.name,
    header: fieldChanges(before.header, after.header),
    states: stateChanges(from?.rules ?? [], to.rules),
    rules: partDiffs(before.rules, after.rules),
    signs: partDiffs(before.signs, after.signs),
    contexts: partDiffs(before.contexts, after.contexts),
    references: partDiffs(before.references, after.references),
  };
}

function partsOf(pack: Pack | null) {
  if (!pack)
    return { header: {}, rules: new Map(), signs: new Map(), contexts: new Map(), references: new Map() };
  const { rules, signs, contexts, references, name: _name, ...header } = pack;
  return {
    header,
    rules: byId(rules.map(rulePart)),
    signs: byId(Object.entries(signs).map(([id, list]) => part(id, id, { phrases: list }, {}))),
    contexts: byId(contexts.map(contextPart)),
    references: byId(
      Object.entries(references).map(([id, reference]) => part(id, reference.title, {}, reference)),
    ),
  };
}

function rulePart({ id, phrases, unless, links, ...fields }: SloganRule): Part {
  // An address is of no language.
  return part(id, fields.title, { phrases, unless, links: links && { und: links } }, fields);
}

function contextPart({ phrases, ...fields }: ContextMarkers): Part {
  return part(`${fields.context}: ${fields.reason}`, fields.reason, { phrases }, fields);
}

function part(id: string, title: string, lists: Part['lists'], fields: Part['fields']): Part {
  return { id, title, lists, fields };
}

/** Contexts have no id of their own: of two with the same reason the second is told as such. */
function byId(parts: readonly Part[]): Parts {
  const named = new Map<string, Part>();
  for (const one of parts) {
    let { id } = one;
    for (let nth = 2; named.has(id); nth++) id = `${one.id} (${nth})`;
    named.set(id, { ...one, id });
  }
  return named;
}

/** Removed ones first, in the order they had; then those of `to` in theirs. */
function partDiffs(from: Parts, to: Parts): PartDiff[] {
  const removed = [...from.values()].filter(({ id }) => !to.has(id));
  return [
    ...removed.map((one) => partDiff(one, null)),
    ...[...to.values()].map((one) => partDiff(from.get(one.id) ?? null, one)),
  ].filter(({ change, fields, phrases }) => change !== 'changed' || fields.length + phrases.length > 0);
}

function partDiff(from: Part | null, to: Part | null): PartDiff {
  const { id = '', title = '' } = to ?? from ?? {};
  const lists = new Set([...Object.keys(from?.lists ?? {}), ...Object.keys(to?.lists ?? {})]);
  return {
    id,
    title,
    change: from === null ? 'added' : to === null ? 'removed' : 'changed',
    fields: fieldChanges(from?.fields ?? {}, to?.fields ?? {}),
    phrases: [...lists].flatMap((list) => phraseChanges(list, from?.lists[list], to?.lists[list])),
  };
}

function fieldChanges(
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
): FieldChange[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((field) => !isDeepStrictEqual(from[field], to[field]))
    .map((field) => ({ field, from: from[field] ?? null, to: to[field] ?? null }));
}

function phraseChanges(list: string, from: Phrases = {}, to: Phrases = {}): PhraseChange[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((language) => {
    const before = new Set(from[language]);
    const after = new Set(to[language]);
    const added = [...after].filter((phrase) => !before.has(phrase));
    const removed = [...before].filter((phrase) => !after.has(phrase));
    return added.length + removed.length > 0 ? [{ list, language, added, removed }] : [];
  });
}

function stateChanges(from: readonly SloganRule[], to: readonly SloganRule[]): PackDiff['states'] {
  const before = new Map(from.map((rule) => [rule.id, rule]));
  const after = new Map(to.map((rule) => [rule.id, rule]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
    const states: { from: RuleState | null; to: RuleState | null } = {
      from: before.get(id)?.state ?? null,
      to: after.get(id)?.state ?? null,
    };
    const title = (after.get(id) ?? before.get(id))?.title ?? id;
    return states.from === states.to ? [] : [{ rule: id, title, ...states }];
  });
}
