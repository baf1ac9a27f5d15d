import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const KEY = { apiKeyId: 'keyId', apiKeySecret: 'secret' };

const option = (value: number, label: string) => ({ value, label, enabled: true });
const plain = { read_only: false, required: null, prefix: null, values: [] };

export const FIELDS = [
  { ...plain, name: 'name', input_type: 'text', text: 'Name', required: 'always' },
  { ...plain, name: 'description', input_type: 'textarea', text: 'Description' },
  {
    ...plain,
    name: 'incident_type_ids',
    input_type: 'multiselect',
    text: 'Incident Type',
    values: [option(1001, 'Custom type'), option(21, 'DDoS'), option(16, 'TBD')],
  },
  {
    ...plain,
    name: 'severity_code',
    input_type: 'select',
    text: 'Severity',
    values: [option(4, 'Low'), option(5, 'Medium'), option(6, 'High')],
  },
  { ...plain, name: 'resolution_summary', input_type: 'textarea', text: 'Resolution Summary' },
  { ...plain, name: 'start_date', input_type: 'datetimepicker', text: 'Date Occurred' },
  { ...plain, name: 'test_text', input_type: 'text', text: 'Test text', prefix: 'properties' },
  { ...plain, name: 'test_number', input_type: 'number', text: 'Test number', prefix: 'properties' },
  { ...plain, name: 'test_boolean', input_type: 'boolean', text: 'Test boolean', prefix: 'properties' },
  {
    ...plain,
    name: 'test_select',
    input_type: 'select',
    text: 'Test select',
    prefix: 'properties',
    values: [option(110, 'first'), option(111, 'second')],
  },
  { ...plain, name: 'test_other', input_type: 'upload', text: 'Test other', prefix: 'properties' },
];

/** What the incident 1 is before any update. */
const INCIDENT = {
  id: 1,
  name: 'title',
  description: { format: 'html', content: 'description' },
  incident_type_ids: [16],
  severity_code: 6,
  resolution_summary: null,
  start_date: 1589391874472,
  properties: { test_text: 'old', test_number: 1, test_boolean: false, test_select: 110 },
  inc_last_modified_date: 1589391884472,
};

/**
 * The organization 201 of a Resilient: wants the key as basic auth, a name and the day of discovery of a new incident, and
 * an update whose old values are those that it has.
 */
export function resilientOrg() {
  return standIn((request) => {
    if (request.headers.authorization !== `Basic ${btoa(`${KEY.apiKeyId}:${KEY.apiKeySecret}`)}`) {
      return json(401, { success: false, message: 'Unauthorized' });
    }
    return routes(request) ?? json(404, { success: false, message: 'Unable to find the object' });
  });
}

function routes({ method, url, body }: ReceivedRequest): StandInAnswer | undefined {
  const format = '?text_content_output_format=objects_convert';
  switch (`${method} ${url.replace('/rest/orgs/201', '')}`) {
    case `POST /incidents${format}`: {
      const { name, discovered_date: discovered } = JSON.parse(body);
      return typeof name === 'string' && typeof discovered === 'number'
        ? json(200, { id: 123, create_date: 1589391874472 })
        : json(400, { success: false, message: 'Invalid incident' });
    }
    case `GET /incidents/1${format}`:
      return json(200, INCIDENT);
    case 'PATCH /incidents/1':
      return json(200, conflictOf(JSON.parse(body).changes));
    case 'POST /incidents/1/comments':
    case 'POST /incidents/123/comments':
      return json(200, { id: 9, text: JSON.parse(body).text });
    case 'GET /types/incident/fields':
      return json(200, FIELDS);
    case 'GET /types/incident/fields/incident_type_ids':
      return json(200, { id: 1, values: FIELDS[2]?.values });
    case 'GET /types/incident/fields/severity_code':
      return json(200, { id: 2, values: FIELDS[3]?.values });
    default:
      return undefined;
  }
}

/** An update says what it saw before, so that two of them do not overwrite each other. */
function conflictOf(changes: { field: { name: string }; old_value: object }[]) {
  const before: Record<string, unknown> = { ...INCIDENT, ...INCIDENT.properties };
  const stale = changes.find(({ field: { name }, old_value: old }) => {
    const [seen] = Object.values(old);
    return seen !== undefined && JSON.stringify(seen) !== JSON.stringify(before[name]);
  });
  return stale === undefined
    ? { success: true, message: null }
    : { success: false, message: `The field ${stale.field.name} was changed by somebody else` };
}

function json(status: number, body: unknown): StandInAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
