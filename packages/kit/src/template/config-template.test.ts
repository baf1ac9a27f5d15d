import { expect, it } from 'vitest';
import { renderConfigTemplate } from './render.ts';

it.each<[string, string]>([
  ['{"summary": {{{case.title}}}, "tags": {{{case.tags}}}}', '{"summary": "a \\"b\\"", "tags": ["x"]}'],
  ['{{case.title}}', '&quot;a \\&quot;b\\&quot;&quot;'],
  ['{{dotted.key}}|{{missing}}|{{nothing}}', '||'],
  ['{{case}}', '[object Object]'],
  ['{{list}}|{{{list.asJSON}}}', '1,2|'],
  ['{{#EvalMath}}1 + 1{{/EvalMath}}|{{EvalMath}}', '|'],
  ['{{#list}}<{{.}}>{{/list}}', '<1><2>'],
  ['{{a}', 'error rendering mustache template "{{a}": Unclosed tag at 4'],
  ['{{case.constructor.name}}{{list.map}}', ''],
])("a template of a connector's config takes variables as they are: %s is %s", (template, expected) => {
  const variables = {
    case: { title: JSON.stringify('a "b"'), tags: JSON.stringify(['x']) },
    'dotted.key': 1,
    nothing: null,
    list: [1, 2],
  };
  expect(renderConfigTemplate(template, variables)).toBe(expected);
});
