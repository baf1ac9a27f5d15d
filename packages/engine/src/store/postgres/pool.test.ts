import { expect, it } from 'vitest';
import { describeOnPostgres, testDatabase } from '../../testing/postgres/index.ts';
import { parseAddress } from './address.ts';
import { connectionPool } from './pool.ts';

const describe = await describeOnPostgres();

describe('the pool of connections', () => {
  it.each([
    ['one that could not do its work is replaced', '53100', false],
    ['one that refused a statement is kept', '23505', true],
  ])('%s', async (_what, code, isKept) => {
    await using database = await testDatabase();
    const pool = connectionPool(parseAddress(database.url), { maxConnections: 1 });
    const use = async (fail?: string) => {
      const client = await pool.connect();
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid', []);
      if (fail !== undefined) {
        const failing = client.query(`do $$ begin raise exception using errcode = '${fail}'; end $$`, []);
        await expect(failing).rejects.toThrow();
      }
      client.release();
      return rows[0]?.pid;
    };
    const first = await use(code);
    expect((await use()) === first).toBe(isKept);
    await pool.end();
  });

  it('gives counts and keys as numbers, and texts as they were', async () => {
    await using database = await testDatabase();
    const pool = connectionPool(parseAddress(database.url), {});
    const client = await pool.connect();
    const { rows } = await client.query('select 9007199254740991::int8 as n, $1::text as text', [
      'a\0b\uffff',
    ]);
    expect(rows).toEqual([{ n: Number.MAX_SAFE_INTEGER, text: 'a\0b\uffff' }]);
    client.release();
    await pool.end();
  });
});
