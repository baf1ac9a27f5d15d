import { Ajv2020 } from 'ajv/dist/2020.js';
import { componentSchemas } from '../openapi/document.ts';
import { documentedOperations } from '../openapi/operations.ts';
import type { Answer } from './send-request.ts';

/** Throws where an answer is not what the API's document says of its route and status. */
export type AnswerCheck = (method: string, path: string, answer: Answer) => void;

/** A component's schema is compiled when an answer first needs it. */
export function createAnswerCheck(): AnswerCheck {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  for (const [name, schema] of Object.entries(componentSchemas())) {
    ajv.addSchema(schema, `#/components/schemas/${name}`);
  }
  // As a router has it: a path that is named goes before one with a parameter in its place.
  const named = documentedOperations().sort(
    (a, b) => Number(a.url.includes(':')) - Number(b.url.includes(':')),
  );
  const operations = named.map(({ url, ...operation }) => ({
    ...operation,
    pattern: new RegExp(`^(/s/[^/]+)?${url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`),
  }));

  return (method, path, { status, headers, body }) => {
    const pathname = path.split('?', 1)[0] ?? '';
    const operation = operations.find((each) => each.method === method && each.pattern.test(pathname));
    if (operation === undefined) return;
    const { answer, also = {} } = operation.text;
    if (answer === 'page' || answer === 'redirect') {
      const isPage = String(headers.get('content-type')).startsWith('text/html');
      const isAsSaid =
        answer === 'page' ? status === 302 || isPage || status >= 400 : status === 302 || status >= 400;
      if (isAsSaid) return;
      throw new Error(`${method} ${path} answered ${status}, which is no ${answer}`);
    }
    const isError = status >= 400 && also[status] === undefined;
    if (answer === 'file' && !isError) {
      if (headers.get('content-disposition')?.startsWith('attachment; ')) return;
      throw new Error(`${method} ${path} answered ${status}, which is no file`);
    }
    const expected = isError ? 'error' : (also[status] ?? (status < 300 ? answer : undefined));
    if (expected === undefined) return;
    const isPassedOn = expected === 'execution_result' && !headers.get('content-type')?.includes('json');
    if (isPassedOn && status === 200) return;
    if (expected === 'text') {
      if (String(headers.get('content-type')).startsWith('text/plain')) return;
      throw new Error(`${method} ${path} answered ${status}, which is no text`);
    }
    const problem = expected === 'nothing' ? nothingProblem(status, body) : problemOf(expected, body);
    if (problem === undefined) return;
    throw new Error(`${method} ${path} answered ${status}, which is not "${expected}": ${problem}`);
  };

  function problemOf(name: string, body: unknown): string | undefined {
    const validate = ajv.getSchema(`#/components/schemas/${name}`);
    if (validate === undefined) throw new Error(`no component "${name}"`);
    return validate(body) === true ? undefined : ajv.errorsText(validate.errors);
  }
}

function nothingProblem(status: number, body: unknown): string | undefined {
  return status === 204 && body === '' ? undefined : 'expected 204 and no body';
}
