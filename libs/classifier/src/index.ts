export { Pack, PackHeader, SloganRule } from './packs/schema.js';
export { MAX_PROBLEMS, packError, parsePack, type ParsedPack } from './packs/parse-pack.js';
export type { PackProblem } from './packs/yaml-file.js';
export { loadPack, packFoldersIn, packHash, readPackFolder } from './packs/load-pack.js';
export { packReport, type PackReport } from './packs/pack-report.js';
export { checkExamples, type ExampleFailure } from './packs/examples.js';
export { compileRuleset, type PackVersion, type Ruleset } from './rules/ruleset.js';
export { classify, classifyText, verdictEvent } from './verdicts/classify.js';
export type { Findings } from './verdicts/publish.js';
