import { loadSettings } from '../config/index.ts';
import { createEgress, type Egress } from '../egress/index.ts';
import { logLines } from './log-lines.ts';

/** The door out under these settings, the rest being the defaults. */
export function testEgress(overrides: Record<string, unknown> = {}, log = logLines()): Egress {
  const { settings } = loadSettings({ files: [], environment: {}, overrides });
  return createEgress(settings, log.logger('actions'));
}
