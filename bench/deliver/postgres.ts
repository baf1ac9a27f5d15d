import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { startPostgres } from '../../packages/engine/src/testing/postgres/server.ts';
import { cpuMicroseconds } from '../processes.ts';

/** A PostgreSQL of the bench's own, whose commits are on the disk, as in earnest. */
export interface BenchPostgres extends AsyncDisposable {
  /** The URL of a new, empty database. */
  newDatabase(name: string): Promise<string>;
}

export async function startBenchPostgres(): Promise<BenchPostgres> {
  const server = await startPostgres({ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' });
  return {
    async newDatabase(name) {
      const client = new pg.Client(server.url('postgres'));
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return server.url(name);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Processor time of all PostgreSQL processes that live, in microseconds. Linux only; 0 elsewhere. */
export function postgresMicroseconds(): number {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && commandOf(name) === 'postgres')
      .reduce((sum, pid) => sum + (cpuMicroseconds({ process: { pid: Number(pid) } }) || 0), 0);
  } catch {
    return 0;
  }
}

function commandOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
