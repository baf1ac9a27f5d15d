import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killGroup, start, until } from '../checkout.ts';

const cache = join(import.meta.dirname, '../../node_modules/.cache/elasticsearch');
const lib = join(cache, 'opensearch-2.19.1');
const FETCH_MS = 180_000;
const START_MS = 90_000;

/** A real node that has a folder and a port of its own. */
export interface SearchNode {
  url: string;
  stop(): void;
}

/** Starts a node, its parts from Maven Central the first time. A text: why there can be none here. */
export async function startNode(): Promise<SearchNode | string> {
  const missing = fetchParts();
  if (missing !== undefined) return missing;
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-elasticsearch-'));
  const heap = ['-Xms512m', '-Xmx512m', '-XX:TieredStopAtLevel=1'];
  const runner = ['org.codelibs.opensearch.runner.OpenSearchRunner', '-numOfNode', '1', '-basePath', folder];
  const process = start('java', [...heap, '-cp', join(lib, '*'), ...runner], folder);
  const stop = () => {
    killGroup(process);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const url = () => `http://127.0.0.1:${/HTTP Port:\s+(\d+)/.exec(process.output())?.[1]}`;
    const isUp = async () =>
      process.output().includes('HTTP Port:') &&
      (await fetch(`${url()}/_cluster/health`).then(
        ({ ok }) => ok,
        () => false,
      ));
    await until(process.output, isUp, START_MS);
    return { url: url(), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

function fetchParts(): string | undefined {
  if (!has('java', '-version') || (!existsSync(lib) && !has('mvn', '-version'))) install();
  if (!has('java', '-version')) return 'no java here, and it cannot be installed';
  if (existsSync(lib)) return undefined;
  if (!has('mvn', '-version')) return 'no mvn here, and it cannot be installed';
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, 'partial-'));
  try {
    execFileSync('mvn', ['-B', '-q', 'dependency:copy-dependencies', `-DoutputDirectory=${partial}`], {
      cwd: import.meta.dirname,
      timeout: FETCH_MS,
      stdio: 'pipe',
    });
    renameSync(partial, lib);
    return undefined;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    return `Maven Central gave no OpenSearch: ${error instanceof Error ? error.message : error}`;
  }
}

function has(command: string, argument: string): boolean {
  return spawnSync(command, [argument]).status === 0;
}

/** Fresh machines of CI run as root. */
function install(): void {
  if (process.getuid?.() !== 0) return;
  spawnSync('apt-get', ['update'], { timeout: FETCH_MS });
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'openjdk-17-jre-headless', 'maven'], {
    timeout: FETCH_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
