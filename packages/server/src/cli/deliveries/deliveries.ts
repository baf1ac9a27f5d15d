import type { Command } from 'commander';
import { addConnectionOptions } from '../api-client.ts';
import type { Terminal } from '../terminal.ts';
import { addChanges } from './change.ts';
import { addEnqueue } from './enqueue.ts';
import { addGet } from './get.ts';
import { addList } from './list.ts';

export function addDeliveries(program: Command, terminal: Terminal): void {
  const deliveries = program
    .command('deliveries')
    .summary('enqueue, list, get, cancel, replay and discard deliveries');
  const remote = (name: string) => addConnectionOptions(deliveries.command(name), { inSpace: true });
  addEnqueue(remote('enqueue'), terminal);
  addList(remote('list'), terminal);
  addGet(remote('get'), terminal);
  addChanges(remote, terminal);
}
