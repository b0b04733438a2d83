/** The engine alone, without database, bus or Nest: what the command line and tools load, in a tenth of the time. */
export { checkExamples, type ExampleFailure } from './packs/examples.js';
export { loadPack, packFoldersIn, readPackFolder } from './packs/load-pack.js';
export { parsePack, type ParsedPack } from './packs/parse-pack.js';
export { packReport, type PackReport } from './packs/pack-report.js';
export { createClassifier, type LineClassifier } from './verdicts/line-classifier.js';
export { compileRuleset, type Ruleset } from './rules/ruleset.js';
export { Tally } from './backtest/tally.js';
export { compare, comparisonOf } from './backtest/comparison.js';
export { lineSubject } from './verdicts/line-classifier.js';
export { checkPack } from './packs/try-pack.js';
export { identifyLanguage } from './languages/identify.js';
export { classifyText } from './verdicts/classify.js';
