export { CollectorModule } from './collector.module.js';
export { Collector } from './collector.js';
export { Sources, type SourceProblem } from './sources/sources.js';
export { loadSourcesFile, parseSources } from './sources/sources-file.js';
export { ImportResult } from './sources/import-stream.js';
export { collectOnce, type CollectOnceParts } from './collect-once.js';
export { Funnel } from './publishing/funnel.js';
export { postOfLine, type ImportSource } from './connectors/import/import-post.js';
export { LineSplitter, type Line } from './connectors/import/line-splitter.js';
export {
  Connector,
  type Gathered,
  type Problem,
  type Reading,
  type WatchedSource,
} from './connectors/connector.js';
export { DemoFeeder } from './demo/demo-feeder.js';
export { demoRecord } from './demo/demo-record.js';
export { demoHistory } from './demo/history.js';
export { BURST_AFTER_MS, demoBurst, demoTrickle } from './demo/live.js';
export { loadDemoScript } from './demo/script.js';
