/** A fault that was put into a pack: where the author must look, and what the message must speak of. */
export interface PlantedFault {
  readonly kind: string;
  readonly file: string;
  readonly line: number;
  readonly field: string;
  readonly says: RegExp;
}

/** A fault of one rule: the line of `field` becomes `line`, or is added or left out. */
interface FaultKind {
  readonly kind: string;
  readonly field: string;
  /** The whole line without its indentation; null leaves it out, and the fault is told where the rule begins. */
  readonly line: string | null;
  /** Where in the field, where that is not the field itself. */
  readonly at?: string;
  readonly says: RegExp;
}

const SIGNS_MISSING = /moovement is no sign set of pack\.yaml/;

export const FAULT_KINDS: readonly FaultKind[] = [
  { kind: 'unknown field', field: 'severety', line: 'severety: high', says: /no field here: check its spelling/ },
  { kind: 'missing title', field: 'title', line: null, says: /is missing: string is expected/ },
  { kind: 'short title', field: 'title', line: 'title: x', says: />=2/ },
  { kind: 'title of another type', field: 'title', line: 'title: 12', says: /expected string/ },
  { kind: 'id of capitals', field: 'id', line: 'id: Rule_A', says: /lower-case letters, digits and single dashes/ },
  { kind: 'unknown kind', field: 'kind', line: 'kind: sloogan', says: /"slogan"\|"pattern"\|"link"/ },
  { kind: 'unknown category', field: 'category', line: 'category: sloogans', says: /"slogan"\|"media-office"/ },
  { kind: 'unknown severity', field: 'severity', line: 'severity: huge', says: /"low"\|"medium"/ },
  { kind: 'missing severity', field: 'severity', line: null, says: /"low"\|"medium"/ },
  { kind: 'weight above one', field: 'weight', line: 'weight: 3', says: /less than 1/ },
  { kind: 'unknown indicator', field: 'indicator', line: 'indicator: money', says: /"central-command"/ },
  { kind: 'region of another indicator', field: 'region', line: 'region: valley', says: /only with the indicator/ },
  { kind: 'unknown stance', field: 'stance', line: 'stance: loud', says: /"claimed"\|"directed"/ },
  { kind: 'unknown reference', field: 'reference', line: 'reference: hearsay', says: /add it to references\.yaml/ },
  { kind: 'no reference', field: 'reference', line: null, says: /a key of the references/ },
  { kind: 'slogan of no rule', field: 'slogan', line: 'slogan: nowhere', says: /name the id of one/ },
  { kind: 'no phrases', field: 'phrases', line: null, says: /is missing/ },
  { kind: 'empty list', field: 'phrases', at: 'en', line: 'phrases: { en: [] }', says: />=1/ },
  { kind: 'phrase of signs', field: 'phrases', at: 'en.0', line: 'phrases: { en: ["!!"] }', says: /nothing is left of it/ },
  { kind: 'phrase of a letter', field: 'phrases', at: 'en.0', line: 'phrases: { en: ["a!"] }', says: /letters or digits are needed/ },
  { kind: 'language that is none', field: 'phrases', at: 'english!', line: 'phrases: { "english!": [green] }', says: /a language tag/ },
  { kind: 'phrase of another type', field: 'phrases', at: 'en.0', line: 'phrases: { en: [{ a: b }] }', says: /expected string/ },
  { kind: 'unknown sign set', field: 'needs', at: 'signs.0', line: 'needs: { signs: [moovement] }', says: SIGNS_MISSING },
  { kind: 'needs of nothing', field: 'needs', line: 'needs: {}', says: /name one, or remove it/ },
  { kind: 'company of no set', field: 'with', at: '0.signs.0', line: 'with: [{ signs: [moovement] }]', says: SIGNS_MISSING },
  { kind: 'company beyond its sets', field: 'without', at: '0.atLeast', line: 'without: [{ signs: [movement], atLeast: 3 }]', says: /name more, or ask for fewer/ },
  { kind: 'no condition', field: 'only', line: 'only: {}', says: /at least one condition/ },
  { kind: 'link that is none', field: 'never', at: 'links.0', line: 'never: { links: [nowhere] }', says: /such as example\.org/ },
  { kind: 'links of a slogan', field: 'links', line: 'links: [example.org]', says: /make the kind link/ },
  { kind: 'pattern of a slogan', field: 'pattern', line: 'pattern: abc', says: /remove it, or make the kind pattern/ },
  { kind: 'pattern that is not linear', field: 'pattern', line: 'pattern: "(a)\\\\1"', says: /no pattern of RE2/ },
  { kind: 'edits of short words', field: 'edits', line: 'edits: 2', says: /shorter words take no edits: remove it/ },
  { kind: 'context that is none', field: 'excludedBy', at: '0', line: 'excludedBy: [gossip]', says: /"news"\|"academic"/ },
  { kind: 'no example', field: 'examples', at: 'match', line: 'examples: { match: [], noMatch: [red] }', says: /at least one example that must match/ },
];

const RULES_PER_FILE = 100;

const HEADER = `name: planted
title: A pack of faults
description: For tests
maintainer: Tests
licence: Apache-2.0
signs:
  movement: { en: [green banner] }
references:
  handbook: { title: An invented handbook }
`;

/** A pack of `count` rules, each with one fault, the kinds in turn; and where each was put. */
export function plantFaults(count: number): {
  readonly files: ReadonlyMap<string, string>;
  readonly faults: readonly PlantedFault[];
} {
  const files = new Map([['pack.yaml', HEADER]]);
  const faults: PlantedFault[] = [];
  for (let first = 0; first < count; first += RULES_PER_FILE) {
    const file = `rules/part-${String(first).padStart(5, '0')}.yaml`;
    const lines: string[] = [];
    for (let rule = first; rule < Math.min(count, first + RULES_PER_FILE); rule++) {
      const { kind, field, line, at, says } = FAULT_KINDS[rule % FAULT_KINDS.length] as FaultKind;
      const written = new Map([
        ['id', `id: rule-${rule}`],
        ['title', 'title: A rule'],
        ['kind', 'kind: slogan'],
        ['category', 'category: slogan'],
        ['severity', 'severity: low'],
        ['indicator', 'indicator: other'],
        ['reference', 'reference: handbook'],
        ['phrases', 'phrases: { en: [green tree] }'],
        ['examples', 'examples: { match: [green tree], noMatch: [red] }'],
      ]);
      if (line === null) written.delete(field);
      else written.set(field, line);
      const place = [...written.keys()].indexOf(field);
      faults.push({
        kind,
        file,
        line: lines.length + Math.max(0, place) + 1,
        field: [rule - first, field, ...(at === undefined ? [] : [at])].join('.'),
        says,
      });
      lines.push(...[...written.values()].map((text, index) => `${index === 0 ? '- ' : '  '}${text}`));
    }
    files.set(file, `${lines.join('\n')}\n`);
  }
  return { files, faults };
}
