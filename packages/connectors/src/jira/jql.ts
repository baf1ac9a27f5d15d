/**
 * A search for issues of the project whose summary has these words.
 * https://support.atlassian.com/jira-software-cloud/docs/search-for-issues-using-the-text-field/ lists what is special.
 */
export function searchBySummary(projectKey: string, title: string): string {
  return `project="${projectKey}" and summary ~"${escapeText(title)}"`;
}

function escapeText(text: string): string {
  return text
    .replaceAll('"', '')
    .replaceAll('\\', '\\\\')
    .replaceAll("'", '\\\\')
    .replace(/[-!^+&*()[\]/{}|:?~]/g, '\\\\$&');
}
