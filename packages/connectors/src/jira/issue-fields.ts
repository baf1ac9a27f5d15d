import type { Incident } from './schema.ts';

/**
 * The `fields` of an issue that is created or updated. The caller's own fields come last: they may say another project.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-post
 */
export function toFields(incident: Incident, projectKey: string): Record<string, unknown> {
  const { summary, issueType, description, labels, priority, parent, otherFields } = incident;
  return {
    summary: oneLine(summary),
    project: { key: projectKey },
    ...(issueType && { issuetype: { id: issueType } }),
    ...(description && { description }),
    ...(labels && { labels }),
    ...(priority && { priority: { name: priority } }),
    ...(parent && { parent: { key: parent } }),
    ...otherFields,
  };
}

/** Jira refuses a summary of several lines. */
function oneLine(summary: string): string {
  return summary
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(', ');
}
