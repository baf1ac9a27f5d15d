import { queryValue } from './encoded-query.ts';
import { orFail } from './failure.ts';
import type { Instance } from './instance.ts';

const CALLED = { method: 'get', endpoint: 'table' } as const;

/** The values that fields of a table, or of `task` above it, can have: `{label, value, dependent_value, element}`. */
export async function getChoices(
  instance: Instance,
  table: string,
  fields: readonly string[],
): Promise<unknown> {
  if (fields.length === 0) return [];
  const elements = fields.map((field) => `element=${queryValue(field)}`).join('^OR');
  const query = `name=task^ORname=${table}^${elements}^language=en`;
  return orFail('Unable to get choices', CALLED, () =>
    instance.call(
      'GET',
      `/api/now/table/sys_choice?sysparm_query=${query}&sysparm_fields=label,value,dependent_value,element`,
    ),
  );
}

/** The text fields that can be written: `{max_length, element, column_label, mandatory}`. */
export async function getFields(instance: Instance, table: string): Promise<unknown> {
  const query = `name=task^ORname=${table}^internal_type=string&active=true&array=false&read_only=false`;
  return orFail('Unable to get fields', CALLED, () =>
    instance.call(
      'GET',
      `/api/now/table/sys_dictionary?sysparm_query=${query}&sysparm_fields=max_length,element,column_label,mandatory`,
    ),
  );
}
