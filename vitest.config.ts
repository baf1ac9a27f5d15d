import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const globalSetup = 'packages/engine/src/testing/postgres/global-setup.ts';

export default defineConfig({
  test: {
    // By itself vitest leaves one core to others, which on two is half of them.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/**/*.test.ts'],
          testTimeout: 20_000,
          // Modules keep no state (docs/architecture.md), so a worker imports them once for all of its files: half the time.
          isolate: false,
          globalSetup,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          globalSetup,
        },
      },
    ],
  },
});
