/** Reading sources and lines alone, without database, bus or Nest: what the command line loads. */
export { collectOnce, type CollectOnceParts } from './collect-once.js';
export { LineSplitter, type Line } from './connectors/import/line-splitter.js';
export { loadSourcesFile } from './sources/sources-file.js';
export type { Problem } from './connectors/connector.js';
