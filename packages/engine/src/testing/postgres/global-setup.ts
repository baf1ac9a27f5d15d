import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type PostgresServer, startPostgres } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where to ask for the PostgreSQL of this run: see `test-database.ts`. */
    postgres: string;
  }
}

/** What is answered: where databases can be made, or why not. */
export type PostgresAnswer = { url: string } | { missing: string };

/** One PostgreSQL for all test files of a run, started when the first of them asks for it. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<PostgresServer> | undefined;
  const answer = async (): Promise<PostgresAnswer> => {
    try {
      started ??= startPostgres();
      return { url: (await started).url('postgres') };
    } catch (error) {
      return { missing: String(error) };
    }
  };
  const server = createServer(async (_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(await answer()));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      project.provide('postgres', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      resolve(async () => {
        server.close();
        server.closeAllConnections();
        if (started === undefined) return;
        await started.then(
          (postgres) => postgres[Symbol.asyncDispose](),
          (error) =>
            process.stderr.write(
              `\nTHE TESTS ON POSTGRESQL WERE SKIPPED: ${error instanceof Error ? error.message : error}\n`,
            ),
        );
      });
    });
  });
}
