import type { Alert, RunParams } from './schema.ts';
import { stableJson } from './stable-json.ts';

/** The alerts that go to one case. */
export interface Group {
  alerts: Alert[];
  grouping: Record<string, unknown>;
  comments: string[];
  title?: string | undefined;
}

/** What alerts without the field are grouped by. */
const UNKNOWN = 'unknown';

/** The groups in the order of their first alerts; alerts without a value come last. */
export function groupsOf({ alerts, groupingBy, groupedAlerts }: RunParams): Group[] {
  if (groupedAlerts !== null) {
    return groupedAlerts.map(({ alerts, grouping, title, comments = [], assistantComments = [] }) => ({
      alerts,
      grouping,
      title,
      comments: [...comments, ...assistantComments],
    }));
  }
  const groups = new Map<string, Group>();
  const put = (alert: Alert, grouping: Group['grouping']) => {
    const key = stableJson(grouping);
    const group = groups.get(key) ?? { alerts: [], grouping, comments: [] };
    group.alerts.push(alert);
    groups.set(key, group);
  };
  const remainder: Alert[] = [];
  for (const alert of alerts) {
    const values = groupingBy.map((field) => [field, valueAt(alert, field)] as const);
    if (values.every(([, value]) => value)) put(alert, Object.fromEntries(values));
    else remainder.push(alert);
  }
  const unknown = Object.fromEntries(groupingBy.map((field) => [field, UNKNOWN]));
  for (const alert of remainder) put(alert, unknown);
  return [...groups.values()];
}

/** All that the groups hold, as one. */
export function together(groups: readonly Group[]): Group {
  return { alerts: groups.flatMap(({ alerts }) => alerts), grouping: {}, comments: [] };
}

/** Under one dotted key, or nested. */
function valueAt(alert: Alert, field: string): unknown {
  if (Object.hasOwn(alert, field)) return alert[field];
  let value: unknown = alert;
  for (const part of field.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
