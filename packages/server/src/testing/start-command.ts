import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a checkout's own `npm start` starts the server. */
export interface StartCommand {
  /** Of Node and V8. */
  flags: string[];
  /** What it sets for the process: `NAME=value exec node ...`. */
  env: Record<string, string>;
}

export function startCommand(checkout: string): StartCommand {
  const { scripts } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
  const script: string = scripts.start;
  const [, name, value] = /^(\w+)=(\w+) exec /.exec(script) ?? [];
  return {
    flags: script.match(/--\S+/g) ?? [],
    env: name === undefined || value === undefined ? {} : { [name]: value },
  };
}
