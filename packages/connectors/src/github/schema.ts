import { z } from 'zod';

const name = (title: string) => z.string().min(1).max(100).meta({ title });

/** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
const PER_PAGE_MAX = 100;
/** https://docs.github.com/rest/search/search#limitations-on-query-length; operators are not counted. */
const QUERY_MAX = 1000;

export const owner = name('Owner');
const repository = { owner, repo: name('Repository') };

export const query = z.string().min(1).max(QUERY_MAX).meta({ title: 'Query' });

const page = {
  page: z.int().min(1).optional().meta({ title: 'Page' }),
  perPage: z.int().min(1).max(PER_PAGE_MAX).optional().meta({ title: 'Results to a page' }),
};

const ref = z.string().min(1).max(255).meta({ title: 'Branch, tag or commit' });

const path = z.string().max(4096).meta({ title: 'Path in the repository' });

const number = (title: string) => z.int().min(1).meta({ title });

export const inOwner = z.strictObject({ owner });
export const inRepository = z.strictObject(repository);
export const search = z.strictObject({ query, ...page });
export const list = z.strictObject({ ...repository, ...page });
export const listByState = z.strictObject({
  ...repository,
  state: z.enum(['open', 'closed', 'all']).default('open').meta({ title: 'State' }),
  ...page,
});
export const listCommits = z.strictObject({
  ...repository,
  sha: ref.optional().meta({ title: 'Branch, tag or commit to start from' }),
  path: path.optional().meta({ title: 'Path in the repository' }),
  ...page,
});
export const commit = z.strictObject({ ...repository, ref });
export const file = z.strictObject({
  ...repository,
  path,
  ref: ref.default('main').meta({ title: 'Branch, tag or commit' }),
});
export const issue = z.strictObject({ ...repository, issueNumber: number('Number of the issue') });
export const issueComments = issue.extend(page);
export const pull = z.strictObject({ ...repository, pullNumber: number('Number of the pull request') });
export const searchIssues = z.strictObject({
  ...repository,
  type: z.enum(['issue', 'pr']).meta({ title: 'Issues or pull requests' }),
  query: query
    .optional()
    .meta({ title: 'Query', description: 'Beside what the other fields say; open ones only.' }),
  size: z.int().min(1).max(PER_PAGE_MAX).default(10).meta({ title: 'Results' }),
});
export const searchContents = z.strictObject({
  ...repository,
  query: query.optional().meta({ title: 'Query' }),
});
