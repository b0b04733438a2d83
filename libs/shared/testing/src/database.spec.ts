import { withTestDatabase } from './database.js';

describe('withTestDatabase', () => {
  const { db } = withTestDatabase();

  test('gives a migrated database', async () => {
    const [row] = await db().query<{ encoding: string }>(
      `select current_setting('server_encoding') as encoding`,
    );
    expect(row?.encoding).toBe('UTF8');
  });

  test('gives one of its own to each suite', async () => {
    const other = await (await import('./database.js')).createTestDatabase();
    try {
      await other.database.query('create table only_here (id int)');
      await expect(db().query('select * from only_here')).rejects.toMatchObject({ code: '42P01' });
    } finally {
      await other.drop();
    }
  });
});
