import { createTestDatabase, describeWithEngine, type TestDatabase } from '@vigil/testing';
import { ENGINE, openTestIndex } from './elasticsearch/spec-tools.js';
import { enginesAgree } from './engines-agree.contract.js';
import { PostgresHitIndex } from './postgres/postgres-hit-index.js';

describeWithEngine('one search on every engine', ENGINE, (url) => {
  let made: TestDatabase | null = null;
  afterAll(() => made?.drop());
  enginesAgree(['PostgreSQL', 'Elasticsearch'], async () => {
    made = await createTestDatabase();
    return [new PostgresHitIndex(made.database), await openTestIndex(url)];
  });
});
