import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describe, inject } from 'vitest';
import type { PostgresAnswer } from './global-setup.ts';

/** An empty database of its own on the PostgreSQL of this run; dropped at the end. */
export interface TestDatabase extends AsyncDisposable {
  url: string;
  /** Asks it as its owner. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

const answer = (async () => (await (await fetch(inject('postgres'))).json()) as PostgresAnswer)();

/** `describe` for what needs PostgreSQL: skipped where it does not start, which the end of the run tells. */
export async function describeOnPostgres(): Promise<typeof describe> {
  return describe.skipIf('missing' in (await answer)) as typeof describe;
}

export async function testDatabase(): Promise<TestDatabase> {
  const found = await answer;
  if ('missing' in found) throw new Error(found.missing);
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await ask(found.url, `create database ${name}`);
  const url = new URL(found.url);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: (text, values) => ask(url.href, text, values),
    async [Symbol.asyncDispose]() {
      await ask(found.url, `drop database ${name} with (force)`);
    },
  };
}

async function ask(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}
