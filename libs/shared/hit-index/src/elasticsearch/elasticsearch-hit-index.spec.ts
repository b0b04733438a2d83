import { describeWithEngine } from '@vigil/testing';
import { hitIndexContract } from '../hit-index.contract.js';
import { ENGINE, openTestIndex } from './spec-tools.js';

describeWithEngine('the hit index of a cluster', ENGINE, (url) => {
  hitIndexContract('Elasticsearch', () => openTestIndex(url));
});
