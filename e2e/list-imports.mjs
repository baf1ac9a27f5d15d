/** Writes down what a process imports, a line `<importing file> <specifier>` each: `node --import` it. */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    appendFileSync(process.env.IMPORTS_FILE, `${context.parentURL} ${specifier}\n`);
    return next(specifier, context);
  },
});
