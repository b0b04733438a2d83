import { hitIndexContract } from '../hit-index.contract.js';
import { describeWithCluster, openTestIndex } from './test-cluster.js';

describeWithCluster('on a real cluster', () => {
  hitIndexContract('Elasticsearch', () => openTestIndex());
});
