import type { z } from 'zod';
import type { ActionContext } from '../../action-context.ts';
import type { HttpClient } from '../../http/index.ts';

/** What an auth type makes a client from. `secrets` hold, beside `authType`, the fields that the type declares. */
export interface AuthContext<Secrets = Record<string, unknown>>
  extends Pick<ActionContext, 'http' | 'connector' | 'tokens' | 'log' | 'now'> {
  secrets: Secrets;
}

/** Values that a spec fixes or suggests for the fields of an auth type. */
export type AuthDefaults = Readonly<Record<string, unknown>>;

/** A way in which requests prove who sends them. */
export interface AuthType {
  id: string;
  title: string;
  /** The fields of the secrets beside `authType`. */
  fields(defaults: AuthDefaults | undefined): z.ZodObject;
  /** Names of the fields that are URLs to be called. */
  urls: readonly string[];
  /** The run's client, which proves it with each request. */
  client(context: AuthContext): HttpClient;
}

interface Declaration<Fields extends z.ZodObject> {
  id: string;
  title: string;
  fields: Fields;
  urls?: readonly (keyof z.output<Fields> & string)[];
  client(context: AuthContext<z.output<Fields>>): HttpClient;
}

/** An auth type with fields of its own, for which a spec may have defaults. */
export function defineAuthType<Fields extends z.ZodObject>({
  fields,
  urls = [],
  client,
  ...facts
}: Declaration<Fields>): AuthType {
  return {
    ...facts,
    urls,
    fields: (defaults) => withDefaults(fields, defaults),
    client: (context) => client(context as AuthContext<z.output<Fields>>),
  };
}

/** A default is a value of its field: a spec that has another one does not come up. */
function withDefaults(fields: z.ZodObject, defaults: AuthDefaults = {}): z.ZodObject {
  const known = Object.entries(defaults).map(([name, value]) => {
    const field = fields.shape[name] as z.ZodType | undefined;
    if (field === undefined) throw new TypeError(`auth default "${name}" is of no field`);
    return [name, field.default(field.parse(value)).meta(field.meta() ?? {})];
  });
  return fields.extend(Object.fromEntries(known));
}
