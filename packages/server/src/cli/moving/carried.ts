import { z } from 'zod';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** What came of connectors that were brought with their secrets. */
export const carried = z.array(
  z.looseObject({
    space_id: z.string(),
    source_id: z.string(),
    id: z.string(),
    name: z.string(),
    is_replaced: z.boolean(),
    is_missing_secrets: z.boolean(),
  }),
);

export function printCarried(connectors: z.output<typeof carried>, terminal: Terminal): void {
  const rows = connectors.map((each) => [
    each.space_id,
    each.id,
    each.name,
    [
      each.is_replaced ? 'replaced' : 'created',
      ...(each.is_missing_secrets ? ['secrets are missing'] : []),
    ].join(', '),
  ]);
  for (const line of table(['SPACE', 'ID', 'NAME', ''], rows)) terminal.print(line);
}
