import { defineConnectorSpec, type HttpOptions, reasonAt, type SpecContext, urlPath } from '@patchbay/kit';
import { z } from 'zod';
import * as input from './schema.ts';

const schema = z.strictObject({
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.github.com')
    .meta({ title: 'API URL', description: 'Of GitHub Enterprise Server: https://HOST/api/v3.' }),
});

type Context = SpecContext<z.output<typeof schema>>;

const repositories = z.array(z.object({ name: z.string() }));
const contents = z.object({ name: z.string(), path: z.string(), content: z.string(), html_url: z.string() });
const codeFound = z.object({
  total_count: z.number(),
  items: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      html_url: z.string(),
      repository: z.object({ full_name: z.string() }),
      score: z.number(),
    }),
  ),
});

const get = async ({ client, config }: Context, path: string, options?: HttpOptions) =>
  client.get(`${config.apiUrl.replace(/\/$/, '')}${path}`, options);

const read = async (context: Context, path: string, query?: HttpOptions['query']) =>
  (await get(context, path, query && { query })).json();

const inPages = ({ page, perPage }: { page?: number | undefined; perPage?: number | undefined }) => ({
  page,
  per_page: perPage,
});

/** The root of the repository is no segment. */
const contentsPath = ({ owner, repo, path }: z.output<typeof input.file>) => {
  const segments = path.split('/').filter((segment) => segment !== '');
  const root = urlPath`/repos/${owner}/${repo}/contents`;
  return segments.length === 0 ? root : `${root}${urlPath`/${segments}`}`;
};

const searchIn = (kind: string, description: string) => ({
  description,
  input: input.search,
  handler: (context: Context, { query, ...page }: z.output<typeof input.search>) =>
    read(context, urlPath`/search/${kind}`, { q: query, ...inPages(page) }),
});

const listOf = (kind: string, description: string) => ({
  description,
  input: input.list,
  handler: (context: Context, { owner, repo, ...page }: z.output<typeof input.list>) =>
    read(context, urlPath`/repos/${owner}/${repo}/${kind}`, inPages(page)),
});

const listByState = (kind: string, description: string) => ({
  description,
  input: input.listByState,
  handler: (context: Context, { owner, repo, state, ...page }: z.output<typeof input.listByState>) =>
    read(context, urlPath`/repos/${owner}/${repo}/${kind}`, { state, ...inPages(page) }),
});

const ofPull = (part: string, description: string) => ({
  description,
  input: input.pull,
  handler: (context: Context, { owner, repo, pullNumber }: z.output<typeof input.pull>) =>
    read(context, urlPath`/repos/${owner}/${repo}/pulls/${pullNumber}/${part}`),
});

/** GitHub's REST API. https://docs.github.com/rest */
export const github = defineConnectorSpec({
  metadata: {
    id: '.github',
    displayName: 'GitHub',
    description: 'Reads repositories, issues and pull requests at GitHub.',
    docsUrl: 'https://docs.github.com/rest',
    minimumLicense: 'enterprise',
    supportedFeatureIds: ['workflows', 'agentBuilder'],
  },
  auth: {
    types: [
      {
        type: 'oauth_authorization_code',
        defaults: {
          authorizationUrl: 'https://github.com/login/oauth/authorize',
          tokenUrl: 'https://github.com/login/oauth/access_token',
          scope: 'repo read:user read:org',
          useBasicAuth: false,
        },
      },
      { type: 'bearer', label: 'Personal access token' },
    ],
    headers: { Accept: 'application/vnd.github+json' },
  },
  schema,
  validateUrls: { fields: ['apiUrl'] },
  actions: {
    listRepos: {
      description: 'The names of the repositories of a user or an organization, thirty at most.',
      input: input.inOwner,
      async handler(context, { owner }) {
        const found = await get(context, urlPath`/users/${owner}/repos`);
        return found.json(repositories).map(({ name }) => name);
      },
    },
    searchIssues: {
      description: 'Open issues or pull requests of a repository.',
      input: input.searchIssues,
      handler: (context, { owner, repo, type, query = '', size }) =>
        read(context, '/search/issues', {
          q: `repo:${owner}/${repo} is:${type} is:open ${query}`.trimEnd(),
          per_page: size,
        }),
    },
    searchRepoContents: {
      description: 'Files of a repository that a text is in.',
      input: input.searchContents,
      async handler(context, { owner, repo, query }) {
        const q = `repo:${owner}/${repo}${query === undefined ? '' : ` ${query}`}`;
        return (await get(context, '/search/code', { query: { q } })).json(codeFound);
      },
    },
    searchCode: searchIn('code', 'Files, by a query in GitHub’s search syntax.'),
    searchRepositories: searchIn('repositories', 'Repositories, by a query in GitHub’s search syntax.'),
    searchUsers: searchIn('users', 'Users and organizations, by a query in GitHub’s search syntax.'),
    listIssues: listByState('issues', 'Issues of a repository, pull requests among them.'),
    listPullRequests: listByState('pulls', 'Pull requests of a repository.'),
    listCommits: {
      description: 'Commits of a repository, the newest first.',
      input: input.listCommits,
      handler: (context, { owner, repo, sha, path, ...page }) =>
        read(context, urlPath`/repos/${owner}/${repo}/commits`, { sha, path, ...inPages(page) }),
    },
    listBranches: listOf('branches', 'Branches of a repository.'),
    listReleases: listOf('releases', 'Releases of a repository, the newest first.'),
    listTags: listOf('tags', 'Tags of a repository.'),
    getCommit: {
      description: 'A commit, with what it changes.',
      input: input.commit,
      handler: (context, { owner, repo, ref }) =>
        read(context, urlPath`/repos/${owner}/${repo}/commits/${ref}`),
    },
    getLatestRelease: {
      description: 'The newest release that is neither a draft nor a pre-release.',
      input: input.inRepository,
      handler: (context, { owner, repo }) => read(context, urlPath`/repos/${owner}/${repo}/releases/latest`),
    },
    getFileContents: {
      description: 'A file, its content in base64, or the entries of a folder.',
      input: input.file,
      handler: (context, file) => read(context, contentsPath(file), { ref: file.ref }),
    },
    getDoc: {
      description: 'A file’s name, path, address and content, in base64.',
      input: input.file,
      handler: async (context, file) =>
        (await get(context, contentsPath(file), { query: { ref: file.ref } })).json(contents),
    },
    getIssue: {
      description: 'An issue.',
      input: input.issue,
      handler: (context, { owner, repo, issueNumber }) =>
        read(context, urlPath`/repos/${owner}/${repo}/issues/${issueNumber}`),
    },
    getIssueComments: {
      description: 'The comments of an issue.',
      input: input.issueComments,
      handler: (context, { owner, repo, issueNumber, ...page }) =>
        read(context, urlPath`/repos/${owner}/${repo}/issues/${issueNumber}/comments`, inPages(page)),
    },
    getPullRequest: {
      description: 'A pull request.',
      input: input.pull,
      handler: (context, { owner, repo, pullNumber }) =>
        read(context, urlPath`/repos/${owner}/${repo}/pulls/${pullNumber}`),
    },
    getPullRequestComments: ofPull('comments', 'The comments on a pull request’s lines.'),
    getPullRequestFiles: ofPull('files', 'The files that a pull request changes.'),
    getPullRequestReviews: ofPull('reviews', 'The reviews of a pull request.'),
    getPullRequestDiff: {
      description: 'What a pull request changes, as one text.',
      input: input.pull,
      async handler(context, { owner, repo, pullNumber }) {
        const headers = { Accept: 'application/vnd.github.v3.diff' };
        return (await get(context, urlPath`/repos/${owner}/${repo}/pulls/${pullNumber}`, { headers })).text();
      },
    },
  },
  test: {
    description: 'Whether GitHub takes the credentials.',
    async handler(context) {
      await get(context, '/user');
      return { ok: true, message: 'Successfully connected to Github API' };
    },
  },
  failureText: reasonAt(['message']),
  example: {
    name: 'GitHub',
    secrets: { authType: 'bearer', token: 'github_pat_...' },
    params: [
      {
        subAction: 'searchIssues',
        subActionParams: { owner: 'acme', repo: 'shop', type: 'issue', query: 'label:incident' },
      },
      { subAction: 'listCommits', subActionParams: { owner: 'acme', repo: 'shop', perPage: 5 } },
      { subAction: 'getPullRequestDiff', subActionParams: { owner: 'acme', repo: 'shop', pullNumber: 7 } },
    ],
  },
});
