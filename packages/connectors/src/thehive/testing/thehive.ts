import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const API_KEY = 'test123';
export const CASE_ID = '~172064';
export const CREATED_AT = 1712128153041;

const LABELS = {
  severity: ['', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'],
  tlp: ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'],
};

/**
 * TheHive 5 with the organisation `soc` and the case ~172064. It wants a key, an organisation that it has, texts where they
 * are required, levels that it knows, and alerts that it does not have yet. https://docs.strangebee.com/thehive/api-docs/
 */
export function theHive() {
  const alerts = new Set<string>();
  return standIn((request): StandInAnswer => {
    const { headers, body } = request;
    if (headers.authorization !== `Bearer ${API_KEY}`) {
      return refusal(401, 'AuthenticationError', 'Authentication failure');
    }
    if (!['soc', undefined].includes(headers['x-organisation'])) {
      return refusal(403, 'AuthorizationError', `Organisation ${headers['x-organisation']} not found`);
    }
    if (headers['content-type'] !== 'application/json') {
      return refusal(415, 'UnsupportedMediaType', 'Expecting json');
    }
    return routes(request, JSON.parse(body), alerts) ?? refusal(404, 'NotFoundError', 'Not found');
  });
}

function routes(
  { method, url }: ReceivedRequest,
  given: Record<string, unknown>,
  alerts: Set<string>,
): StandInAnswer | undefined {
  switch (`${method} ${url}`) {
    case 'POST /api/v1/case':
      return missing(given, ['title', 'description']) ?? unknownLevel(given) ?? json(201, newCase(given));
    case `PATCH /api/v1/case/${CASE_ID}`:
      return unknownLevel(given) ?? { status: 204 };
    case `POST /api/v1/case/${CASE_ID}/comment`:
      return missing(given, ['message']) ?? json(201, newComment(given));
    case 'POST /api/v1/alert': {
      const wrong =
        missing(given, ['type', 'source', 'sourceRef', 'title', 'description']) ?? unknownLevel(given);
      if (wrong !== undefined) return wrong;
      const key = JSON.stringify([given.type, given.source, given.sourceRef]);
      if (alerts.has(key)) return refusal(400, 'CreateError', 'Alert already exists');
      alerts.add(key);
      return json(201, newAlert(given));
    }
  }
  return undefined;
}

function missing(given: Record<string, unknown>, fields: string[]): StandInAnswer | undefined {
  const field = fields.find((name) => typeof given[name] !== 'string' || given[name] === '');
  return field === undefined ? undefined : refusal(400, 'BadRequest', `Missing field ${field}`);
}

function unknownLevel(given: Record<string, unknown>): StandInAnswer | undefined {
  for (const [name, labels] of Object.entries(LABELS)) {
    const level = given[name] ?? 2;
    if (!labels[level as number]) return refusal(400, 'BadRequest', `Unknown ${name} ${level}`);
  }
  return undefined;
}

/** What TheHive says of a case and of an alert alike. */
function rated({ title, description, severity, tlp, tags }: Record<string, unknown>) {
  return {
    _createdBy: 'patchbay@thehive.local',
    _createdAt: CREATED_AT,
    title,
    description,
    severity: severity ?? 2,
    severityLabel: LABELS.severity[(severity as number) ?? 2],
    tags: tags ?? [],
    tlp: tlp ?? 2,
    tlpLabel: LABELS.tlp[(tlp as number) ?? 2],
    pap: 2,
    papLabel: 'AMBER',
    status: 'New',
    stage: 'New',
    extraData: {},
    newDate: CREATED_AT,
    timeToDetect: 0,
  };
}

export function newCase(given: Record<string, unknown>) {
  return {
    _id: CASE_ID,
    _type: 'Case',
    ...rated(given),
    number: 67,
    startDate: CREATED_AT,
    flag: false,
    assignee: null,
  };
}

function newComment({ message }: Record<string, unknown>) {
  const by = { createdBy: 'patchbay@thehive.local', createdAt: CREATED_AT + 1000 };
  return { _id: '~8208', _type: 'Comment', ...by, message, isEdited: false, extraData: {} };
}

function newAlert(given: Record<string, unknown>) {
  const { type, source, sourceRef } = given;
  return {
    _id: '~41128',
    _type: 'Alert',
    ...rated(given),
    type,
    source,
    sourceRef,
    date: CREATED_AT,
    observableCount: Array.isArray(given.observables) ? given.observables.length : 0,
  };
}

function refusal(status: number, type: string, message: string): StandInAnswer {
  return json(status, { type, message });
}

function json(status: number, body: object): StandInAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
