import { type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const API_TOKEN = 'swimlane-api-key';

const FIELDS = ['ednjls', 'adnlas', 'adnfls', 'a6sst', 'a6fst', 'a6fdf'];
const COMMENTS = 'a6fde';

/**
 * Swimlane with the application 123456asdf: wants its token, the application's own id in a record, and values of fields
 * that it has. Its errors have an argument and a code.
 */
export function swimlaneApp() {
  return standIn(({ method, url, headers, body }): StandInAnswer => {
    if (headers['private-token'] !== API_TOKEN) return json(401, {});
    const given = JSON.parse(body);
    const record = '/api/app/123456asdf/record';
    if (url === `${record}/wowzeronza/${COMMENTS}/comment` && method === 'POST') {
      const isWhole = given.fieldId === COMMENTS && given.message !== undefined && given.createdDate;
      return isWhole ? { status: 204 } : invalid('comment');
    }
    if (given.applicationId !== '123456asdf') return invalid('applicationId');
    const unknown = Object.keys(given.values).find((id) => !FIELDS.includes(id));
    if (unknown !== undefined) return invalid(unknown);
    if (url === record && method === 'POST') {
      return json(200, { id: 'wowzeronza', name: 'ET-69', createdDate: '2021-06-01T17:29:51.092Z' });
    }
    if (url === `${record}/wowzeronza` && method === 'PATCH' && given.id === 'wowzeronza') {
      return json(200, { id: 'wowzeronza', name: 'ET-69', modifiedDate: '2021-06-02T17:29:51.092Z' });
    }
    return { status: 404 };
  });
}

const invalid = (Argument: string) => json(400, { Argument, ErrorCode: 3001 });

function json(status: number, body: object): StandInAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}
