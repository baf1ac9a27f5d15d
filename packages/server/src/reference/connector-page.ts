import type { ConnectorExample, ConnectorType } from '@patchbay/kit';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { fieldTable } from './field-table.ts';
import { alternatives, type Shape, shapeOf } from './json-schema.ts';

/**
 * The page of a connector type, in Markdown: an introduction written by hand, the fields as the declaration has them,
 * and its example as curl, `connectors apply` and Terraform take it.
 */
export function connectorPage(type: ConnectorType, introduction: string): string {
  return [
    `# ${type.name} (\`${type.id}\`)\n`,
    "Generated from the type's declaration by `npm run docs`; the introduction is written by hand.\n",
    `${introduction.trim()}\n`,
    facts(type),
    section('Config', 'Readable by who may read the connector.', type.config),
    secrets(type.secrets),
    params(type),
    // Nobody creates a system connector.
    ...(type.example === undefined || type.isSystemActionType ? [] : [examples(type, type.example)]),
  ].join('\n');
}

function facts(type: ConnectorType): string {
  const { minimumLicense, features, subFeature, directSubActions, docsUrl, source } = type;
  const rows = [
    ['Licence', minimumLicense],
    ['Features', features.join(', ')],
    ...(subFeature === undefined ? [] : [['Privilege of its own', subFeature]]),
    ...(directSubActions === undefined
      ? []
      : [['Enough over HTTP for', `${code(directSubActions)}; the others take a superuser`]]),
    ...(source === 'spec' ? [['Declared by', 'a [spec](../connector-specs.md)']] : []),
    ...(docsUrl === undefined ? [] : [['The service', docsUrl]]),
  ];
  return `| | |\n| --- | --- |\n${rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}\n`;
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function section(title: string, about: string, schema: z.ZodType): string {
  const table = tableOf(shapeOf(schema));
  return `## ${title}\n\n${table === 'None.\n' ? table : `${about}\n\n${table}`}`;
}

/** A table for each choice, where secrets are told apart by `authType`. */
function secrets(schema: z.ZodType): string {
  const choices = alternatives(shapeOf(schema));
  if (choices.length === 0) return section('Secrets', 'Kept encrypted, never answered.', schema);
  const tables = choices.map((choice) => {
    const { authType, ...properties } = choice.properties ?? {};
    return `### \`${authType?.const}\`\n\n${choice.title}.\n\n${fieldTable({ ...choice, properties })}`;
  });
  return `## Secrets\n\nKept encrypted, never answered. \`authType\` says which they are.\n\n${tables.join('\n')}`;
}

/** A table for each of the alternatives that a field tells apart; one, where there are none. */
function tableOf(shape: Shape): string {
  const choices = alternatives(shape);
  if (choices.length === 0) return fieldTable(shape);
  return choices
    .map((choice) => {
      const [name, { const: value }] = Object.entries(choice.properties ?? {}).find(
        ([, field]) => field.const !== undefined,
      ) ?? ['', {}];
      return `With \`${name}\` \`${JSON.stringify(value)}\`:\n\n${fieldTable(choice)}`;
    })
    .join('\n');
}

function params(type: ConnectorType): string {
  const named = namedActions(type);
  if (named === undefined) return section('Params', 'What one run is given.', type.params);
  const actions = named.map(
    ([name, shape, description]) =>
      `### \`${name}\`\n\n${description === undefined ? '' : `${description}\n\n`}${shape === null ? 'Anything.\n' : fieldTable(shape)}`,
  );
  return `## Sub-actions\n\nA run names one: \`{"subAction": "...", "subActionParams": {...}}\`.\n\n${actions.join('\n')}`;
}

type NamedAction = readonly [name: string, subActionParams: Shape | null, description?: string | undefined];

/** Sub-actions, whether the framework's or alternatives that the params are told apart by. */
function namedActions({ subActions, params }: ConnectorType): NamedAction[] | undefined {
  if (subActions !== undefined) {
    return Object.entries(subActions).map(([name, schema]) => [name, schema && shapeOf(schema)]);
  }
  const shape = shapeOf(params);
  const choices = shape.properties?.subAction === undefined ? alternatives(shape) : [shape];
  const named = choices.flatMap(({ properties = {}, description }): NamedAction[] => {
    const { subAction, subActionParams = null } = properties;
    return typeof subAction?.const === 'string' ? [[subAction.const, subActionParams, description]] : [];
  });
  return named.length === 0 ? undefined : named;
}

function examples(type: ConnectorType, example: ConnectorExample): string {
  const { name, config = {}, secrets = {}, params } = example;
  // What an id may be made of is less than what a type's may.
  const id = type.id.slice(1).replaceAll('_', '-');
  const connector = { name, connector_type_id: type.id, config, secrets };
  const runs = [params].flat();
  return `## Example

With curl:

\`\`\`bash
${post(`/api/actions/connector/${id}`, connector)}
\`\`\`

${runs.length === 1 ? 'Run it:' : 'Run its actions:'}

\`\`\`bash
${runs.map((run) => post(`/api/actions/connector/${id}/_execute`, { params: run })).join('\n\n')}
\`\`\`

In a file for \`patchbay connectors apply\`:

\`\`\`yaml
${stringify({ connectors: [{ id, ...connector }] }, { lineWidth: 0 }).trimEnd()}
\`\`\`

With Terraform:

\`\`\`hcl
resource "elasticstack_kibana_action_connector" "${id.replace(/\W/g, '_')}" {
  name              = ${JSON.stringify(name)}
  connector_type_id = ${JSON.stringify(type.id)}
  config            = jsonencode(${JSON.stringify(config)})
  secrets           = jsonencode(${JSON.stringify(secrets)})
}
\`\`\`
`;
}

function post(path: string, body: unknown): string {
  const json = JSON.stringify(body, undefined, 2).replaceAll("'", "'\\''");
  return `curl -u "elastic:$PASSWORD" -H 'kbn-xsrf: true' -H 'content-type: application/json' \\
  -X POST "http://127.0.0.1:5601${path}" -d '${json}'`;
}

/** The list of all types. */
export function connectorsPage(types: readonly ConnectorType[]): string {
  const rows = types.map(
    ({ id, name, description = '', minimumLicense }) =>
      `| [${name}](${id.slice(1)}.md) | \`${id}\` | ${minimumLicense} | ${description} |`,
  );
  return `# Connector types

Generated from the types' declarations by \`npm run docs\`. Whose licence a type needs is set by \`patchbay.license\`.

| type | id | licence | what it does |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
