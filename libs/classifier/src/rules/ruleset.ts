import {
  RuleId,
  VigilError,
  type Entity,
  type Indicator,
  type Match,
  type Severity,
  type Stance,
} from '@vigil/contracts';
import {
  KnownTexts,
  NO_STEPS,
  PhraseAutomaton,
  TolerantPhrases,
  readWithout,
  stepSet,
  type Phrase,
  type StepSet,
  type TolerantPhrase,
} from '@vigil/text';
import { LinkBank, type Listed } from '../links/link-bank.js';
import type { Category, Context, Pack, PackHeader, SloganRule } from '../packs/schema.js';
import { ruleOfText, type CompiledBank, type KnownText } from '../banks/known-text.js';
import { voiceModel, type VoiceModel } from '../voice/voice-model.js';
import { compilePattern, type LinearPattern } from './linear-pattern.js';
import { compileCompany, type CompiledCompany } from '../verdicts/company.js';
import { compileConditions, type CompiledConditions } from '../verdicts/conditions.js';

/** A pack as one ruleset has it. `version` 0: not published, for the command line and tests. */
export interface PackVersion {
  readonly version: number;
  readonly content: Pack;
}

/** In place of a pack's number: the rule is of none, and the markers of every pack speak to it. */
export const ANY_PACK = -1;

/** A rule ready to judge. Sign sets are numbered through all packs. */
export interface CompiledRule {
  readonly id: RuleId;
  readonly pack: number;
  readonly packVersion: number;
  readonly title: string;
  readonly kind: Match['kind'];
  /** What it matches is recorded and raises nothing. */
  readonly shadow: boolean;
  /** The slogan it is another wording of. */
  readonly slogan: { readonly id: RuleId; readonly title: string } | undefined;
  readonly category: Category | 'known-text';
  readonly severity: Severity;
  /** What one match alone says, from 0 to 1; null: what its severity gives. */
  readonly weight: number | null;
  readonly indicator: Indicator;
  readonly region: string | undefined;
  readonly stance: Stance;
  readonly with: readonly CompiledCompany[];
  readonly without: readonly CompiledCompany[];
  readonly only: CompiledConditions | null;
  readonly never: CompiledConditions | null;
  readonly excludedBy: ReadonlySet<Context>;
  /** Whether how the post reads cancels too: the pack's `voice`. */
  readonly voice: boolean;
  /** The steps of the normaliser that the rule does without. */
  readonly skipSteps: StepSet;
  readonly needs: {
    readonly signs: ReadonlySet<number>;
    readonly categories: ReadonlySet<Category>;
    readonly entities: ReadonlySet<Entity['kind']>;
    /** For a person: “a second sign (a phrase of movement, or a slogan)”. */
    readonly says: string;
    /** Whether a follower's voice is a second sign. */
    readonly voice: boolean;
  } | null;
  /** Looked for near its phrases, and then the match; null where a phrase itself is. */
  readonly pattern: LinearPattern | null;
}

/** A set of phrasings that shows a context, in the pack with number `pack`. */
export interface CompiledMarkers {
  readonly pack: number;
  readonly context: Context;
  readonly reason: string;
  readonly atLeast: number;
}

/** What a phrase of the automaton is for. `of` is the number of a rule, sign set or marker set. */
export interface PhraseUse {
  readonly role: 'rule' | 'unless' | 'sign' | 'marker';
  readonly of: number;
  readonly language: string;
  /** The phrase as its author wrote it. */
  readonly text: string;
}

/** One published combination of packs, compiled: immutable, swapped as a whole. */
export interface Ruleset {
  /** As PostgreSQL numbered it; 0 where it was not published. */
  readonly number: number;
  readonly packs: readonly { readonly name: string; readonly version: number }[];
  readonly rules: readonly CompiledRule[];
  readonly categories: ReadonlyMap<RuleId, CompiledRule['category']>;
  readonly markers: readonly CompiledMarkers[];
  /** The names of sign sets, by their number. */
  readonly signs: readonly string[];
  /** By number of phrase. */
  readonly uses: readonly PhraseUse[];
  readonly automaton: PhraseAutomaton;
  /** The links of all rules, by the rule's number; null where none lists any. */
  readonly links: LinkBank | null;
  /** The phrases of rules with edits, where there are any. */
  readonly tolerant: TolerantPhrases | null;
  /** The known texts, whose rules stand behind those of the packs; null where there are none. */
  readonly bank: CompiledBank | null;
  /** What tells how a post reads, for packs that listen to voices. Read at the first such post. */
  readonly voices: () => VoiceModel;
}

/** Letters that a phrase written as one word has at least: shorter ones may be words of their own. */
const SHORTEST_TAG = 8;

/** A normalised phrase of several words as a hashtag writes it where no capital tells the words apart; null for others. */
function asOneWord(folded: string): string | null {
  const tag = folded.replaceAll(' ', '');
  return tag.length < folded.length && tag.length >= SHORTEST_TAG ? tag : null;
}

/** Arabic proclitics are written to phrases of Arabic in Arabic script, not to its transliterations. */
function takesProclitics(language: string): boolean {
  const [primary, ...subtags] = language.split('-');
  return primary === 'ar' && !subtags.includes('Latn');
}

/**
 * Compiles packs to one ruleset: some 10 µs a phrase. Throws `bad-input` where two packs have the same name; what else
 * can be wrong with a pack, `parsePack` has refused.
 */
export function compileRuleset(
  packs: readonly PackVersion[],
  number = 0,
  texts: readonly KnownText[] = [],
  voices = voiceModel,
): Ruleset {
  const names = packs.map((pack) => pack.content.name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new VigilError('bad-input', `two packs are named ${twice}: a ruleset has each name once`);
  const phrases: Phrase[] = [];
  const uses: PhraseUse[] = [];
  const rules: CompiledRule[] = [];
  const tolerant: TolerantPhrase[] = [];
  const markers: CompiledMarkers[] = [];
  const listed: Listed[] = [];
  const signSets: string[] = [];

  /** Each distinct phrase of a set once: two spellings that normalise alike, without the steps in `off`, are one. */
  const add = (
    role: PhraseUse['role'],
    of: number,
    lists: Readonly<Record<string, readonly string[]>>,
    off: StepSet = NO_STEPS,
    edits?: 1 | 2,
  ) => {
    const seen = new Set<string>();
    for (const [language, list] of Object.entries(lists)) {
      for (const text of list) {
        const folded = readWithout(off, text);
        if (seen.has(folded)) continue;
        seen.add(folded);
        const phrase = { text, proclitics: takesProclitics(language) };
        if (edits) tolerant.push({ ...phrase, edits, number: phrases.length });
        phrases.push(phrase);
        uses.push({ role, of, language, text });
        const tag = role === 'rule' && off === NO_STEPS && !edits ? asOneWord(folded) : null;
        if (tag === null || seen.has(tag)) continue;
        seen.add(tag);
        phrases.push({ ...phrase, text: tag });
        uses.push({ role, of, language, text });
      }
    }
  };

  packs.forEach(({ content, version }, pack) => {
    const signs = new Map<string, number>();
    for (const [name, lists] of Object.entries(content.signs)) {
      signs.set(name, signSets.length);
      add('sign', signSets.length, lists);
      signSets.push(name);
    }
    for (const { context, reason, atLeast, phrases: lists } of content.contexts) {
      add('marker', markers.length, lists);
      markers.push({ pack, context, reason, atLeast });
    }
    const titles = new Map(content.rules.map((rule) => [rule.id, rule.title]));
    for (const rule of content.rules) {
      if (rule.state === 'draft' || rule.state === 'retired') continue;
      add('rule', rules.length, rule.phrases, stepSet(rule.skipSteps), rule.edits);
      if (rule.unless) add('unless', rules.length, rule.unless);
      for (const address of rule.links ?? []) listed.push({ of: rules.length, address });
      const title = rule.slogan === undefined ? undefined : titles.get(rule.slogan);
      const slogan =
        title === undefined ? undefined : { id: RuleId.parse(`${content.name}/${rule.slogan}`), title };
      rules.push({ ...compileRule(rule, content, pack, version, signs), slogan });
    }
  });
  const bank = texts.length > 0 ? compileBank(texts, rules.length) : null;
  for (const text of texts) rules.push(ruleOfText(text));
  const published = packs.map(({ content, version }) => ({ name: content.name, version }));
  const categories = new Map(rules.map((rule) => [rule.id, rule.category]));
  return {
    number,
    packs: published,
    rules,
    categories,
    markers,
    signs: signSets,
    uses,
    automaton: PhraseAutomaton.build(phrases),
    links: listed.length > 0 ? LinkBank.build(listed) : null,
    tolerant: tolerant.length > 0 ? TolerantPhrases.build(tolerant) : null,
    bank,
    voices,
  };
}

function compileBank(texts: readonly KnownText[], firstRule: number): CompiledBank {
  return {
    known: KnownTexts.build(texts.map(({ words }) => words)),
    firstRule,
    languages: texts.map(({ language }) => language),
  };
}

function compileRule(
  rule: SloganRule,
  { name, voice }: PackHeader,
  pack: number,
  packVersion: number,
  signs: ReadonlyMap<string, number>,
): Omit<CompiledRule, 'slogan'> {
  const { title, category, severity, indicator, region, stance } = rule;
  const needs = rule.needs && {
    signs: new Set(rule.needs.signs.flatMap((sign) => signs.get(sign) ?? [])),
    categories: new Set(rule.needs.categories),
    entities: new Set(rule.needs.entities),
    says: secondSigns(rule.needs),
    voice: voice && rule.needs.voice === 'follower',
  };
  const id = RuleId.parse(`${name}/${rule.id}`);
  return {
    id,
    pack,
    packVersion,
    title,
    kind: rule.kind,
    shadow: rule.state === 'shadow',
    category,
    severity,
    weight: rule.weight ?? null,
    indicator,
    region,
    stance,
    with: (rule.with ?? []).map((company) => compileCompany(company, signs)),
    without: (rule.without ?? []).map((company) => compileCompany(company, signs)),
    only: rule.only ? compileConditions(rule.only) : null,
    never: rule.never ? compileConditions(rule.never) : null,
    excludedBy: new Set(rule.excludedBy),
    voice,
    skipSteps: stepSet(rule.skipSteps),
    needs: needs ?? null,
    pattern: rule.pattern === undefined ? null : compilePattern(rule.pattern),
  };
}

const WAYS = { financing: 'a way of payment', contact: 'a way of contact' } as const;

function secondSigns({ signs, categories, entities, voice }: NonNullable<SloganRule['needs']>): string {
  const any = [
    ...(signs.length > 0 ? [`a phrase of ${signs.join(', ')}`] : []),
    ...(categories.length > 0 ? [`a match of a rule of the category ${categories.join(', ')}`] : []),
    ...entities.map((kind) => WAYS[kind]),
    ...(voice ? ['a follower’s voice'] : []),
  ];
  return `a second sign (${any.join(', or ')})`;
}
