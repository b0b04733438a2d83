import { RuleId, TEXT_BANK, type Indicator, type Severity, type Stance } from '@vigil/contracts';
import { KnownTexts, NO_STEPS } from '@vigil/text';
import { ANY_PACK, type CompiledRule } from '../rules/ruleset.js';

/** An enabled item of the bank as a ruleset needs it. */
export interface KnownText {
  readonly id: string;
  readonly version: number;
  readonly label: string;
  readonly statement: string | null;
  readonly language: string;
  readonly severity: Severity;
  readonly indicator: Indicator;
  readonly region: string | null;
  readonly stance: Stance;
  /** As `wordsOf` reads its text. */
  readonly words: Int32Array;
}

/** The bank within a ruleset: text `i` is rule `firstRule + i`. */
export interface CompiledBank {
  readonly known: KnownTexts;
  readonly firstRule: number;
  readonly languages: readonly string[];
}

/** A known text judged as a rule: news, research and opposition that quote it are told apart like those that say a slogan. */
export function ruleOfText(text: KnownText): CompiledRule {
  const { id, version, label, statement, severity, indicator, region, stance } = text;
  return {
    id: RuleId.parse(`${TEXT_BANK}/${id}`),
    pack: ANY_PACK,
    packVersion: version,
    title: label,
    shadow: false,
    slogan:
      statement === null ? undefined : { id: RuleId.parse(`${TEXT_BANK}/${statement}`), title: statement },
    category: 'known-text',
    severity,
    weight: null,
    indicator,
    region: region ?? undefined,
    stance,
    with: [],
    without: [],
    only: null,
    never: null,
    excludedBy: EXCLUDED_BY,
    voice: true,
    skipSteps: NO_STEPS,
    needs: null,
    kind: 'text-bank',
    pattern: null,
  };
}

const EXCLUDED_BY = new Set(['news', 'academic', 'counter-speech'] as const);
