/** Kinds of values, as a document has them. */
type Kind = 'keyword' | 'text' | 'date' | 'long' | 'ip';

/**
 * Fields of the Elastic Common Schema 8.11 that a log line of ours may have, with their types.
 * https://www.elastic.co/guide/en/ecs/8.11/ecs-field-reference.html
 */
export const ECS_FIELDS: Readonly<Record<string, Kind>> = {
  '@timestamp': 'date',
  message: 'text',
  tags: 'keyword',
  'client.ip': 'ip',
  'ecs.version': 'keyword',
  'error.code': 'keyword',
  'error.message': 'text',
  'error.stack_trace': 'text',
  'error.type': 'keyword',
  'event.action': 'keyword',
  'event.category': 'keyword',
  'event.duration': 'long',
  'event.outcome': 'keyword',
  'event.type': 'keyword',
  'http.request.id': 'keyword',
  'http.request.method': 'keyword',
  'http.response.status_code': 'long',
  'log.level': 'keyword',
  'log.logger': 'keyword',
  'process.pid': 'long',
  'service.name': 'keyword',
  'service.node.name': 'keyword',
  'service.version': 'keyword',
  'span.id': 'keyword',
  'trace.id': 'keyword',
  'transaction.id': 'keyword',
  'url.path': 'keyword',
  'user.name': 'keyword',
  'user.roles': 'keyword',
};

/** Outside the schema, which leaves room for names of products: the reference's, in its audit events. */
export const OWN_FIELDS = /^kibana\./;

const IS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  keyword: (value) => typeof value === 'string',
  text: (value) => typeof value === 'string',
  date: (value) => typeof value === 'string' && new Date(value).toISOString() === value,
  long: Number.isInteger,
  ip: (value) => typeof value === 'string' && /^[\d.]+$|:/.test(value),
};

/** What is wrong with a log line as a document of the schema; empty: nothing. */
export function ecsProblems(line: string): string[] {
  const document: unknown = JSON.parse(line);
  const fields = flat(document);
  const names = fields.map(([name]) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  // What is written twice is read once.
  const isRepeated = JSON.stringify(document).length !== line.trim().length;
  return [
    ...twice.map((name) => `${name} is there twice, nested and dotted`),
    ...(isRepeated ? ['a field is written twice'] : []),
    ...fields.flatMap(([name, value]) => {
      if (OWN_FIELDS.test(name)) return [];
      const kind = ECS_FIELDS[name];
      if (kind === undefined) return [`${name} is no field of the schema`];
      return [value].flat().every(IS[kind]) ? [] : [`${name} is no ${kind}: ${JSON.stringify(value)}`];
    }),
  ];
}

function flat(value: unknown, path: readonly string[] = []): [name: string, value: unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path.join('.'), value]];
  return Object.entries(value).flatMap(([name, child]) => flat(child, [...path, name]));
}
