import type { ConnectorType } from '@patchbay/kit';
import { z } from 'zod';
import { PATCHBAY_VERSION } from '../version.ts';
import { components } from './components.ts';
import { type OperationText, operationText } from './operations.ts';
import type { DeclaredRoute } from './route-list.ts';

type Json = Record<string, unknown>;

export interface Described {
  routes: readonly DeclaredRoute[];
  types: readonly ConnectorType[];
  /** Before every path, such as `/kibana`; empty: nothing is. */
  basePath: string;
}

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

const HTML = { content: { 'text/html': { schema: { type: 'string' } } } };

const LOCATION = { location: { required: true, schema: { type: 'string', format: 'uri' } } };

const SECURITY = [{ basic: [] }, { apiKey: [] }, { session: [] }];

/** The OpenAPI 3.1 document of these routes, in an order that does not depend on theirs. */
export function openApiDocument({ routes, types, basePath }: Described): Json {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Patchbay',
      version: PATCHBAY_VERSION,
      description:
        'Connectors and all they need. A path as it stands is in the space `default`; the second server’s are in the space named there.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [
      { url: basePath === '' ? '/' : basePath },
      { url: `${basePath}/s/{space_id}`, variables: { space_id: { default: 'default' } } },
    ],
    security: SECURITY,
    paths: pathsOf(routes, types),
    components: {
      parameters: {
        'kbn-xsrf': {
          name: 'kbn-xsrf',
          in: 'header',
          required: true,
          description:
            'Any value: shows that no other site’s page sent the request. A `kbn-version` does too.',
          schema: { type: 'string' },
        },
      },
      responses: { error: { description: 'An error', ...jsonContent(ref('error')) } },
      schemas: sorted({ ...componentSchemas(), ...typeSchemas(types) }),
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic' },
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`ApiKey`, a space, and the `encoded` form of an API key.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'sid',
          description: 'Set by a login; `xpack.security.cookieName` names it otherwise.',
        },
      },
    },
  };
}

function pathsOf(routes: readonly DeclaredRoute[], types: readonly ConnectorType[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    // HEAD is in every GET; a slash at the end is another way to write the path without it.
    if (route.method === 'HEAD' || route.url.endsWith('/')) continue;
    const path = route.url.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = sorted({ ...paths[path], [route.method.toLowerCase()]: operation(route, types) });
  }
  return sorted(paths);
}

function operation({ method, url, schema, config }: DeclaredRoute, types: readonly ConnectorType[]): Json {
  const { operationId, tag, summary, answer, also = {} } = operationText(method, url);
  const parameters = [
    ...parametersOf('path', schema.params).filter(({ name }) => url.includes(`:${name}`)),
    ...parametersOf('query', schema.querystring),
    ...(UNSAFE.has(method) ? [{ $ref: '#/components/parameters/kbn-xsrf' }] : []),
  ];
  return {
    operationId,
    summary,
    tags: [tag],
    ...(config.access === 'internal' && { 'x-internal': true }),
    ...(config.auth === 'none' && { security: [] }),
    ...((config.auth === 'optional' || config.auth === 'ifPossible') && { security: [{}, ...SECURITY] }),
    ...(parameters.length > 0 && { parameters }),
    ...(config.form !== undefined && {
      requestBody: {
        required: true,
        content: { 'multipart/form-data': { schema: formSchema(config.form) } },
      },
    }),
    ...(schema.body !== undefined && {
      requestBody: { required: true, ...jsonContent(bodySchema(schema.body, url, types)) },
    }),
    responses: {
      ...answersOf(answer),
      ...Object.fromEntries(
        Object.entries(also).map(([status, name]) => [
          status,
          name === 'nothing'
            ? { description: 'There is nothing to tell' }
            : { description: 'Not OK', ...jsonContent(ref(name)) },
        ]),
      ),
      default: { $ref: '#/components/responses/error' },
    },
  };
}

function answersOf(answer: OperationText['answer']): Json {
  const elsewhere = { description: 'The browser is sent elsewhere', headers: LOCATION };
  switch (answer) {
    case 'nothing':
      return { 204: { description: 'Done' } };
    case 'redirect':
      return { 302: elsewhere };
    case 'page':
      return {
        200: { description: 'A page that says how it went', ...HTML },
        302: elsewhere,
        401: { description: 'A page that asks for a login', ...HTML },
      };
    case 'text':
      return { 200: { description: 'OK', content: { 'text/plain': { schema: { type: 'string' } } } } };
    case 'execution_result':
      return {
        200: {
          description:
            'What the run came to, or the bytes that it passes on, of whatever type, as they arrive',
          content: {
            ...jsonContent(ref(answer)).content,
            'text/event-stream': { schema: { type: 'string' } },
          },
        },
      };
    case 'file':
      return {
        200: {
          description: 'A file',
          content: { 'application/octet-stream': { schema: { type: 'string' } } },
        },
      };
    case 'enqueued_deliveries':
      return { 202: { description: 'Accepted', ...jsonContent(ref(answer)) } };
    default:
      return { 200: { description: 'OK', ...jsonContent(answer === undefined ? {} : ref(answer)) } };
  }
}

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined): (Json & { name: string })[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

/** A form's fields, and its file. */
function formSchema(fields: z.ZodType): Json {
  const {
    properties = {},
    required = [],
    ...schema
  } = jsonSchema(fields) as {
    properties?: Json;
    required?: string[];
  };
  const file = { type: 'string', contentMediaType: 'application/octet-stream' };
  return { ...schema, properties: { file, ...properties }, required: ['file', ...required] };
}

/** A connector's parts are what its type says they are. */
function bodySchema(body: z.ZodType, url: string, types: readonly ConnectorType[]): Json {
  const schema = jsonSchema(body) as { properties?: Record<string, Json> };
  const { properties = {} } = schema;
  if (/^\/api\/(actions\/connector|patchbay\/(connectors\/_test|deliveries))/.test(url))
    typeParts(schema, types);
  for (const secret of ['secrets', 'password', 'passphrase']) {
    if (properties[secret] !== undefined) properties[secret] = { ...properties[secret], writeOnly: true };
  }
  return schema;
}

/** Puts what types say in the place of any map: in a body, in each of its alternatives, and in a list of deliveries. */
function typeParts(schema: Json, types: readonly ConnectorType[]): void {
  const { properties = {}, anyOf = [] } = schema as { properties?: Record<string, Json>; anyOf?: Json[] };
  const listed = properties.deliveries?.items as Json | undefined;
  for (const inner of listed === undefined ? anyOf : [...anyOf, listed]) typeParts(inner, types);
  for (const part of ['config', 'secrets', 'params'] as const) {
    const { default: whenLeftOut, ...rest } = properties[part] ?? {};
    if (properties[part] === undefined || types.length === 0) continue;
    properties[part] = {
      anyOf: [...types.map(({ id }) => ref(componentName(id, part))), rest],
      ...(whenLeftOut !== undefined && { default: whenLeftOut }),
    };
  }
}

/** The schemas of answers, by name, without those of connector types. */
export function componentSchemas(): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(components)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema as Json)]));
}

function typeSchemas(types: readonly ConnectorType[]): Record<string, Json> {
  return Object.fromEntries(
    types.flatMap(({ id, name, ...type }) =>
      (['config', 'secrets', 'params'] as const).map((part) => {
        const schema = { title: `${name}: ${part}`, ...jsonSchema(type[part]) };
        return [componentName(id, part), part === 'secrets' ? writeOnly(schema) : schema];
      }),
    ),
  );
}

function writeOnly(schema: Json): Json {
  const { properties, anyOf, oneOf, allOf } = schema as Record<string, unknown>;
  const inEach = (list: unknown) => (list as Json[]).map(writeOnly);
  return {
    ...schema,
    writeOnly: true,
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties as Record<string, Json>).map(([name, property]) => [
          name,
          { ...property, writeOnly: true },
        ]),
      ),
    }),
    ...(anyOf !== undefined && { anyOf: inEach(anyOf) }),
    ...(oneOf !== undefined && { oneOf: inEach(oneOf) }),
    ...(allOf !== undefined && { allOf: inEach(allOf) }),
  };
}

function componentName(typeId: string, part: string): string {
  return `${typeId.replace(/^\./, '').replaceAll(/[^\w.-]/g, '_')}_${part}`;
}

function jsonSchema(schema: z.ZodType): Json {
  return plain(
    z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' }) as Json,
  );
}

/** Without what is of no use inside a document. */
function plain({ $schema, $id, id, ...schema }: Json): Json {
  return schema;
}

function ref(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonContent(schema: Json): { content: Json } {
  return { content: { 'application/json': { schema } } };
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
