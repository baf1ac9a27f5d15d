import { ActionError, defineConnectorType, messageOf } from '@patchbay/kit';
import { z } from 'zod';

/** One message stays one line: control characters, except the tab, and Unicode's line separators. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const LINE_BREAKING = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;

const params = z.strictObject({
  message: z.string().meta({ title: 'Message', description: 'The text to write to the log.' }),
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .meta({ title: 'Level', description: 'The level of the log line.' }),
});

/** Writes a line to the log of the Patchbay process. */
export const serverLog = defineConnectorType({
  id: '.server-log',
  name: 'Server log',
  description: 'Writes a line to the log of the Patchbay process.',
  minimumLicense: 'basic',
  features: ['alerting', 'uptime', 'siem'],
  config: z.strictObject({}).default({}),
  secrets: z.strictObject({}).default({}),
  params,
  noticeParams: ({ text, isOver }) => ({ message: text, level: isOver ? 'info' : 'error' }),
  example: {
    name: 'Log of the server',
    params: { message: 'Disk is full on host-1', level: 'warn' },
  },
  execute({ params: { message, level }, log }) {
    try {
      log[level](`Server log: ${message.replace(LINE_BREAKING, ';')}`);
    } catch (cause) {
      throw new ActionError('error logging message', { serviceMessage: messageOf(cause), cause });
    }
  },
});
