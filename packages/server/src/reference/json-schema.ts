import { z } from 'zod';

/** The parts of a JSON Schema that a reference page shows. */
export interface Shape {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Shape>;
  required?: string[];
  items?: Shape;
  anyOf?: Shape[];
  oneOf?: Shape[];
  additionalProperties?: boolean | Shape;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
}

/** What a caller may give. */
export function shapeOf(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
}

/** Without the alternative null. */
export function alternatives({ anyOf, oneOf }: Shape): Shape[] {
  return (anyOf ?? oneOf ?? []).filter(({ type }) => type !== 'null');
}

/** The shape itself where null is its only alternative, with what was said around it. */
export function withoutNull(shape: Shape): Shape {
  const [only, ...others] = alternatives(shape);
  if (only === undefined || others.length > 0) return shape;
  const { anyOf, oneOf, ...around } = shape;
  return { ...only, ...around };
}
