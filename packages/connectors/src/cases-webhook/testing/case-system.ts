import { type StandInAnswer, standIn } from '@patchbay/kit/testing';

const BASIC = `Basic ${btoa('user:pass')}`;

/**
 * A system with cases, like Jira's REST API: wants basic auth, JSON, a summary and a project of a new case; has the
 * case 123 (CK-1).
 */
export function caseSystem() {
  return standIn(({ method, url, headers, body }): StandInAnswer => {
    if (headers.authorization !== BASIC) return json(401, { error: 'who are you' });
    if (headers['content-type'] !== 'application/json') return json(415, { error: 'JSON please' });
    const given = body === '' ? undefined : JSON.parse(body);
    switch (`${method} ${url}`) {
      case 'POST /rest/api/2/issue': {
        const { summary, project } = given.fields;
        return typeof summary === 'string' && project.key === 'ROC'
          ? json(201, { id: '123', key: 'CK-1' })
          : json(400, { errors: { summary: 'must be a text' } });
      }
      case 'PUT /rest/api/2/issue/123':
        return { status: 204 };
      case 'GET /rest/api/2/issue/123':
      case 'POST /rest/api/2/issue/123':
        return json(200, { id: '123', key: 'CK-1' });
      case 'POST /rest/api/2/issue/123/comment':
        return json(201, { id: '1', body: given.body });
      default:
        return json(404, { error: 'no such case' });
    }
  });
}

function json(status: number, body: object): StandInAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}
