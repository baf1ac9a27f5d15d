import type { ConnectorType } from '@patchbay/kit';
import { openStore, parseStoreUrl } from '../../store/index.ts';
import { type TestEngine, type TestEngineOptions, testEngine } from '../test-engine.ts';
import { testDatabase } from './test-database.ts';

export interface EnginesOnPostgres extends AsyncDisposable {
  engines: [TestEngine, TestEngine];
}

/** Two engines as of two processes, on one PostgreSQL of their own; their workers run. `typesOf` is told which of them asks. */
export async function enginesOnPostgres(
  typesOf: (by: number) => readonly ConnectorType[],
  options: Omit<TestEngineOptions, 'types' | 'store'> = {},
): Promise<EnginesOnPostgres> {
  const database = await testDatabase();
  const make = async (by: number) => {
    const store = await openStore(parseStoreUrl(database.url, ''));
    return testEngine({ ...options, types: typesOf(by), store });
  };
  const engines: [TestEngine, TestEngine] = [await make(0), await make(1)];
  for (const { worker } of engines) await worker.start();
  return {
    engines,
    async [Symbol.asyncDispose]() {
      for (const engine of engines) {
        await engine.worker.stop();
        await engine[Symbol.asyncDispose]();
        await engine.store.close();
      }
      await database[Symbol.asyncDispose]();
    },
  };
}
