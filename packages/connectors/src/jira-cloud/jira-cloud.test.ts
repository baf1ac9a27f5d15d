import { memoryTokens, standIn, testAction } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { json, runSpec, type Vendor } from '../testing/run-spec.ts';
import { jiraCloud } from './jira-cloud.ts';

const vendor = (config: object = { subdomain: 'acme' }, password = 't0ken'): Vendor => ({
  origin: 'https://acme.atlassian.net',
  config,
  secrets: { authType: 'basic', username: 'ann@acme.example', password },
  answer({ method, url, headers, body }) {
    if (headers.authorization !== `Basic ${btoa('ann@acme.example:t0ken')}`)
      return { status: 401, body: 'Client must be authenticated to access this resource.' };
    if (method === 'POST' && url === '/rest/api/3/search/jql')
      return headers['content-type'] === 'application/json' && JSON.parse(body).jql !== 'bad'
        ? json({ issues: [{ id: '1' }], isLast: true })
        : json({ errorMessages: ['Expecting operator before the end of the query.'], errors: {} }, 400);
    return url.includes('NONE')
      ? json(
          { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} },
          404,
        )
      : json({ at: url });
  },
});

describe('.jira-cloud', () => {
  it.each<[string, object, unknown[], unknown]>([
    [
      'searchIssuesWithJql',
      { jql: 'project = "A & B"', maxResults: 5, nextPageToken: 'n' },
      [
        'POST',
        '/rest/api/3/search/jql',
        '{"jql":"project = \\"A & B\\"","maxResults":5,"nextPageToken":"n"}',
      ],
      { issues: [{ id: '1' }], isLast: true },
    ],
    ['getIssue', { issueId: 'OPS-7' }, ['GET', '/rest/api/3/issue/OPS-7'], { at: '/rest/api/3/issue/OPS-7' }],
    [
      'getIssue',
      { issueId: '../myself?x' },
      ['GET', '/rest/api/3/issue/..%2Fmyself%3Fx'],
      { at: '/rest/api/3/issue/..%2Fmyself%3Fx' },
    ],
    [
      'getProjects',
      { query: 'Op', startAt: 0, maxResults: 20 },
      ['GET', '/rest/api/3/project/search?maxResults=20&startAt=0&query=Op'],
      { at: '/rest/api/3/project/search?maxResults=20&startAt=0&query=Op' },
    ],
    [
      'getProject',
      { projectId: 'OPS' },
      ['GET', '/rest/api/3/project/OPS'],
      { at: '/rest/api/3/project/OPS' },
    ],
    [
      'searchUsers',
      { query: 'ann' },
      ['GET', '/rest/api/3/user/search?query=ann'],
      { at: '/rest/api/3/user/search?query=ann' },
    ],
    [
      'test',
      {},
      ['GET', '/rest/api/3/myself'],
      { ok: true, message: 'Successfully connected to Jira Cloud' },
    ],
  ])('%s %j', async (subAction, input, request, data) => {
    const { result, sent } = await runSpec(jiraCloud, vendor(), subAction, input);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data });
    expect(sent).toEqual([request]);
  });

  it('with the consent of a user asks Atlassian’s own address for the site', async () => {
    await using atlassian = await standIn(({ headers }) =>
      headers.authorization === 'Bearer abc' ? json({ key: 'OPS' }) : { status: 401 },
    );
    const run = (config: object) =>
      testAction(jiraCloud, {
        config,
        secrets: { authType: 'oauth_authorization_code', clientId: 'c', clientSecret: 's' },
        params: { subAction: 'getProject', subActionParams: { projectId: 'OPS' } },
        origins: { 'https://api.atlassian.com': atlassian.url },
        tokens: memoryTokens({ token: 'Bearer abc' }),
      });
    expect((await run({ cloudId: 'c-1' })).result).toMatchObject({ status: 'ok', data: { key: 'OPS' } });
    expect(atlassian.received).toMatchObject([{ url: '/ex/jira/c-1/rest/api/3/project/OPS' }]);
    expect((await run({ subdomain: 'acme' })).result.message).toBe(
      'Jira Cloud ID is required in connector configuration when using OAuth authentication.',
    );
  });

  it('says what it lacks, and what Jira says', async () => {
    expect((await runSpec(jiraCloud, vendor({}), 'test')).result.message).toBe(
      'Jira Cloud subdomain is required',
    );
    expect((await runSpec(jiraCloud, vendor(undefined, 'x'), 'test')).result).toMatchObject({
      message: 'Request failed with status code 401',
      retry: false,
    });
    expect((await runSpec(jiraCloud, vendor(), 'searchIssuesWithJql', { jql: 'bad' })).result.message).toBe(
      'Request failed with status code 400: Expecting operator before the end of the query.',
    );
    expect((await runSpec(jiraCloud, vendor(), 'getIssue', { issueId: 'NONE-1' })).result.message).toBe(
      'Request failed with status code 404: Issue does not exist or you do not have permission to see it.',
    );
  });

  it.each(['evil.example/', 'a.b', 'a@b', 'x'.repeat(64)])(
    'is refused with the subdomain %j',
    async (subdomain) => {
      await expect(runSpec(jiraCloud, vendor({ subdomain }), 'test')).rejects.toThrow(
        /^error validating connector type config: ✖ .*\n {2}→ at subdomain$/,
      );
    },
  );
});
