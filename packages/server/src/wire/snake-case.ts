import { z } from 'zod';

/** Our own bodies are snake_case on the wire and camelCase inside. Keys of records are data, and stay. */

const toSnake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Takes what `schema` takes with its keys in snake_case, and gives what it gives; mistakes name the wire's keys. */
export function snakeCased<T extends z.ZodType>(schema: T) {
  return wireShape(schema).transform((value, context): z.output<T> => {
    const parsed = schema.safeParse(toCamelCase(schema, value));
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) {
      context.addIssue({
        code: 'custom',
        path: path.map((step) => (typeof step === 'string' ? toSnake(step) : step)),
        message,
      });
    }
    return z.NEVER;
  });
}

/** A value of `schema` with its keys in snake_case. */
export function toSnakeCase(schema: z.ZodType, value: unknown): unknown {
  return renamed(
    schema,
    value,
    (key) => toSnake(key),
    (key) => key,
  );
}

function toCamelCase(schema: z.ZodType, value: unknown): unknown {
  return renamed(schema, value, (key) => key, toSnake);
}

function renamed(
  schema: z.ZodType,
  value: unknown,
  to: (key: string) => string,
  from: (key: string) => string,
): unknown {
  const inner = unwrapped(schema);
  if (!(inner instanceof z.ZodObject) || typeof value !== 'object' || value === null) return value;
  const given = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries<z.ZodType>(inner.shape).flatMap(([key, child]) =>
      given[from(key)] === undefined ? [] : [[to(key), renamed(child, given[from(key)], to, from)]],
    ),
  );
}

/** A schema as it is on the wire, without what is checked after its shape. */
export function wireShape(schema: z.ZodType): z.ZodType {
  const inner = unwrapped(schema);
  if (!(inner instanceof z.ZodObject)) return schema;
  const shape = Object.entries<z.ZodType>(inner.shape).map(([key, child]) => [
    toSnake(key),
    child instanceof z.ZodOptional || child instanceof z.ZodDefault
      ? wireShape(child).optional()
      : wireShape(child),
  ]);
  return z.strictObject(Object.fromEntries(shape));
}

function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;
}
