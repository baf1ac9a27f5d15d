import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a type of somebody's own shares with the server: errors and schemas are told by their classes. */
const KIT = /^@patchbay\/kit(?:\/|$)/;
const SCHEMAS = /^zod(?:\/|$)/;

const FROM = 'patchbay-type:';

/**
 * From now on, modules anywhere get this server's kit, and its zod where they have none of their own; and `specifierFrom`
 * can be imported.
 */
export function hookModules(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const ours = { ...context, parentURL: import.meta.url };
      if (specifier.startsWith(FROM)) {
        const [name = '', folder = ''] = JSON.parse(decodeURIComponent(specifier.slice(FROM.length)));
        return next(name, { ...context, parentURL: fileIn(folder) });
      }
      if (KIT.test(specifier)) return next(specifier, ours);
      if (!SCHEMAS.test(specifier)) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch {
        return next(specifier, ours);
      }
    },
  });
}

/** What imports a package as a file in `folder` would. */
export function specifierFrom(folder: string, name: string): string {
  return FROM + encodeURIComponent(JSON.stringify([name, folder]));
}

/** A file's URL, there or not, to look for packages from. */
export function fileIn(folder: string): string {
  return pathToFileURL(join(folder, 'types.js')).href;
}
