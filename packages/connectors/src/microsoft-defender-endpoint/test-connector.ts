import { messageOf } from '@patchbay/kit';
import type { DefenderService } from './defender-service.ts';

const id = 'elastic-connector-test';
const comment = 'connector test';

/**
 * Whether the application has the rights that responses need: each is used on a machine that does not exist, and Defender
 * must say just that. Throws what else it says.
 */
export async function testConnector(service: DefenderService): Promise<{ results: string[] }> {
  const calls: [api: string, call: () => Promise<unknown>][] = [
    ['Machines API', () => service.machine(id)],
    ['Machine Isolate', () => service.isolate({ id, comment })],
    ['Machine Release', () => service.release({ id, comment })],
    ['Machine Actions', () => service.actions({ page: 1, pageSize: 1, sortDirection: 'desc' })],
    ['Machine RunScript', () => service.runScript({ id, comment, parameters: { scriptName: 'test' } })],
  ];
  const results: string[] = [];
  for (const [api, call] of calls) {
    await call().catch((error) => {
      if (!messageOf(error).includes('ResourceNotFound')) throw error;
    });
    results.push(`API call to ${api} was successful`);
  }
  return { results };
}
