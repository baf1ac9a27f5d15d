import type { ConnectorType } from '@patchbay/kit';

/** As in `defineConnectorSpec`, for types that are declared otherwise too. */
const ID = /^\.[A-Za-z0-9._-]{1,63}$/;

/** Each part that a connector type has, and whether a value can be it. */
const PARTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: isText,
  minimumLicense: isText,
  features: Array.isArray,
  config: isSchema,
  secrets: isSchema,
  params: isSchema,
  validate: isObject,
  renderParams: isFunction,
  execute: isFunction,
};

/**
 * The types that a module exports: its default, one or a list, or where it has none, its named ones. Throws an error that
 * says what is wrong with them.
 */
export function exportedTypes(module: Readonly<Record<string, unknown>>): ConnectorType[] {
  const exported = 'default' in module ? [module.default].flat() : Object.values(module).filter(hasId);
  if (exported.length === 0) throw new Error('exports no connector type');
  for (const value of exported) ensureType(value);
  return exported as ConnectorType[];
}

function ensureType(value: unknown): asserts value is ConnectorType {
  if (!hasId(value)) throw new Error('exports no connector type, but something else');
  if (!ID.test(value.id)) {
    throw new Error(
      `the id ${JSON.stringify(value.id)} must start with a dot, be letters, digits, ".", "_" and "-", and 64 characters at most`,
    );
  }
  const wrong = Object.keys(PARTS).find((part) => !PARTS[part]?.(value[part]));
  if (wrong !== undefined) {
    throw new Error(
      `"${value.id}" is not made by defineConnectorType or defineConnectorSpec: its ${wrong} is missing or no ${wrong}`,
    );
  }
}

function hasId(value: unknown): value is Record<string, unknown> & { id: string } {
  return isObject(value) && typeof value.id === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

/** Of zod 4. */
function isSchema(value: unknown): boolean {
  return isObject(value) && '_zod' in value;
}
