import { hostileText } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { json, runSpec, type Vendor } from '../testing/run-spec.ts';
import { github } from './github.ts';

const FILE = { name: 'a.md', path: 'docs/a.md', content: 'aGk=', html_url: 'https://x', sha: 's', size: 2 };
const CODE = {
  name: 'a',
  path: 'a',
  html_url: 'h',
  repository: { full_name: 'acme/shop', id: 1 },
  score: 1,
  sha: 's',
};

const vendor = (token = 't'): Vendor => ({
  origin: 'https://api.github.com',
  secrets: { authType: 'bearer', token },
  answer({ url, headers }) {
    if (headers.authorization !== 'Bearer t') return json({ message: 'Bad credentials' }, 401);
    if (headers['user-agent'] === undefined)
      return json({ message: 'Request forbidden by administrative rules.' }, 403);
    if (headers.accept === 'application/vnd.github.v3.diff') return { body: 'diff --git a/a b/a\n' };
    if (headers.accept !== 'application/vnd.github+json') return json({ message: 'Must accept JSON' }, 415);
    const { pathname } = new URL(url, 'https://api.github.com');
    if (pathname === '/users/acme/repos')
      return json([
        { name: 'shop', id: 1 },
        { name: 'docs', id: 2 },
      ]);
    if (pathname === '/search/code')
      return json({ total_count: 1, incomplete_results: false, items: [CODE] });
    if (pathname.endsWith('/contents/docs/a.md')) return json(FILE);
    if (pathname.includes('/contents')) return json([{ type: 'dir', name: 'docs' }]);
    return pathname.includes('missing') ? json({ message: 'Not Found' }, 404) : json({ at: url });
  },
});

const REPO = { owner: 'acme', repo: 'shop' };

describe('.github', () => {
  it('does what the contract’s worked example does', async () => {
    const { result, received } = await runSpec(github, vendor(), 'listRepos', { owner: 'acme' });
    expect(received).toMatchObject([
      {
        method: 'GET',
        url: '/users/acme/repos',
        headers: { host: 'api.github.com', authorization: 'Bearer t', accept: 'application/vnd.github+json' },
        body: '',
      },
    ]);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: ['shop', 'docs'] });
  });

  it.each<[string, object, string]>([
    [
      'searchIssues',
      { ...REPO, type: 'pr', query: 'label:"a&b"' },
      '/search/issues?q=repo%3Aacme%2Fshop+is%3Apr+is%3Aopen+label%3A%22a%26b%22&per_page=10',
    ],
    [
      'searchIssues',
      { ...REPO, type: 'issue', size: 1 },
      '/search/issues?q=repo%3Aacme%2Fshop+is%3Aissue+is%3Aopen&per_page=1',
    ],
    [
      'searchRepositories',
      { query: 'topic:x', page: 2, perPage: 5 },
      '/search/repositories?q=topic%3Ax&page=2&per_page=5',
    ],
    ['searchUsers', { query: 'ann' }, '/search/users?q=ann'],
    ['listIssues', REPO, '/repos/acme/shop/issues?state=open'],
    [
      'listPullRequests',
      { ...REPO, state: 'all', perPage: 9 },
      '/repos/acme/shop/pulls?state=all&per_page=9',
    ],
    ['listCommits', { ...REPO, sha: 'main', path: 'a b' }, '/repos/acme/shop/commits?sha=main&path=a+b'],
    ['listBranches', { ...REPO, page: 2 }, '/repos/acme/shop/branches?page=2'],
    ['listReleases', REPO, '/repos/acme/shop/releases'],
    ['listTags', REPO, '/repos/acme/shop/tags'],
    ['getCommit', { ...REPO, ref: 'feature/x' }, '/repos/acme/shop/commits/feature%2Fx'],
    ['getLatestRelease', REPO, '/repos/acme/shop/releases/latest'],
    ['getIssue', { ...REPO, issueNumber: 7 }, '/repos/acme/shop/issues/7'],
    ['getIssueComments', { ...REPO, issueNumber: 7, page: 2 }, '/repos/acme/shop/issues/7/comments?page=2'],
    ['getPullRequest', { ...REPO, pullNumber: 7 }, '/repos/acme/shop/pulls/7'],
    ['getPullRequestComments', { ...REPO, pullNumber: 7 }, '/repos/acme/shop/pulls/7/comments'],
    ['getPullRequestFiles', { ...REPO, pullNumber: 7 }, '/repos/acme/shop/pulls/7/files'],
    ['getPullRequestReviews', { ...REPO, pullNumber: 7 }, '/repos/acme/shop/pulls/7/reviews'],
  ])('%s %j answers what is at %s', async (subAction, input, url) => {
    const { result, sent } = await runSpec(github, vendor(), subAction, input);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: { at: url } });
    expect(sent).toEqual([['GET', url]]);
  });

  it.each<[string, object, string, unknown]>([
    [
      'searchRepoContents',
      { ...REPO, query: 'TODO' },
      '/search/code?q=repo%3Aacme%2Fshop+TODO',
      {
        total_count: 1,
        items: [{ name: 'a', path: 'a', html_url: 'h', repository: { full_name: 'acme/shop' }, score: 1 }],
      },
    ],
    ['getFileContents', { ...REPO, path: 'docs/a.md' }, '/repos/acme/shop/contents/docs/a.md?ref=main', FILE],
    [
      'getFileContents',
      { ...REPO, path: '/' },
      '/repos/acme/shop/contents?ref=main',
      [{ type: 'dir', name: 'docs' }],
    ],
    [
      'getDoc',
      { ...REPO, path: '/docs/a.md', ref: 'v1' },
      '/repos/acme/shop/contents/docs/a.md?ref=v1',
      { name: 'a.md', path: 'docs/a.md', content: 'aGk=', html_url: 'https://x' },
    ],
    ['getPullRequestDiff', { ...REPO, pullNumber: 7 }, '/repos/acme/shop/pulls/7', 'diff --git a/a b/a\n'],
    ['test', {}, '/user', { ok: true, message: 'Successfully connected to Github API' }],
  ])('%s %j', async (subAction, input, url, data) => {
    const { result, sent } = await runSpec(github, vendor(), subAction, input);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data });
    expect(sent).toEqual([['GET', url]]);
  });

  it('asks an Enterprise Server below its own URL', async () => {
    const server = {
      ...vendor(),
      origin: 'https://git.acme.example',
      config: { apiUrl: 'https://git.acme.example/api/v3/' },
    };
    expect((await runSpec(github, server, 'listTags', REPO)).sent).toEqual([
      ['GET', '/api/v3/repos/acme/shop/tags'],
    ]);
  });

  it('tells GitHub’s reason', async () => {
    expect((await runSpec(github, vendor('other'), 'test')).result).toMatchObject({
      message: 'Request failed with status code 401: Bad credentials',
      retry: false,
    });
    const missing = await runSpec(github, vendor(), 'listTags', { owner: 'acme', repo: 'missing' });
    expect(missing.result.message).toBe('Request failed with status code 404: Not Found');
  });

  it('stays in the repository and below its contents, whatever it is given', async () => {
    const texts = hostileText({ maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(texts, texts, async (repo, path) => {
        const { result, received } = await runSpec(github, vendor(), 'getFileContents', {
          owner: 'acme',
          repo,
          path,
        });
        if (received.length === 0) expect(result.message).toMatch(/^"\.{1,2}" cannot be part of a path$/);
        const [, first, owner, name, contents] = received[0]?.url.split(/[/?]/).map(decodeURIComponent) ?? [];
        if (received.length > 0) {
          expect([first, owner, name, contents]).toEqual(['repos', 'acme', repo.toWellFormed(), 'contents']);
        }
      }),
      { numRuns: 25 },
    );
    const up = await runSpec(github, vendor(), 'getFileContents', { ...REPO, path: 'docs/../../../../user' });
    expect([up.result.message, up.received]).toEqual(['".." cannot be part of a path', []]);
  });

  it.each([
    ['listRepos', { owner: '' }, 'owner'],
    ['searchIssues', { ...REPO, type: 'commit' }, 'type'],
    ['listIssues', { ...REPO, perPage: 101 }, 'perPage'],
    ['getIssue', { ...REPO, issueNumber: 1.5 }, 'issueNumber'],
    ['getFileContents', { ...REPO, path: 'x'.repeat(4097) }, 'path'],
  ])('%s refuses %j', async (subAction, input, field) => {
    await expect(runSpec(github, vendor(), subAction, input)).rejects.toThrow(`at subActionParams.${field}`);
  });
});
