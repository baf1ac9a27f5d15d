import type { CaseOwner, RuleAction, RuleOrigin } from '@patchbay/kit';
import type { z } from 'zod';
import { privilegesOn } from './privileges.ts';
import { DEFAULT_MAXIMUM_CASES, MAXIMUM_CASES, ruleParams } from './schema.ts';

/** Once for all alerts of a rule's run, recovered ones apart. */
export const ruleAction: RuleAction = {
  params: ruleParams,
  toParams(given, { rule, alerts }) {
    const { subAction, subActionParams } = given as z.output<typeof ruleParams>;
    const { groupingBy, reopenClosedCases, timeWindow, templateId } = subActionParams;
    const { maximumCasesToOpen, templateVersion, autoPushCase } = subActionParams;
    return {
      subAction,
      subActionParams: {
        alerts: [...alerts.new, ...alerts.ongoing],
        rule: { id: rule.id, name: rule.name, tags: [...(rule.tags ?? [])], ruleUrl: rule.url ?? null },
        groupingBy,
        groupedAlerts: null,
        owner: ownerOf(rule),
        reopenClosedCases,
        timeWindow,
        maximumCasesToOpen: Math.max(1, Math.min(maximumCasesToOpen || DEFAULT_MAXIMUM_CASES, MAXIMUM_CASES)),
        templateId,
        internallyManagedAlerts: false,
        ...(templateVersion !== undefined && { templateVersion }),
        ...(autoPushCase !== undefined && { autoPushCase }),
      },
    };
  },
  privileges: (rule) => privilegesOn(ownerOf(rule)),
};

const OWNERS: Readonly<Record<string, CaseOwner>> = {
  siem: 'securitySolution',
  observability: 'observability',
  uptime: 'observability',
  apm: 'observability',
  infrastructure: 'observability',
  logs: 'observability',
  slo: 'observability',
};

/** A rule made among alerts of all kinds is of the part that its type is of. */
export function ownerOf({ consumer = '', producer = '' }: RuleOrigin): CaseOwner {
  const part = consumer === 'alerts' || consumer === '' ? producer : consumer;
  return Object.hasOwn(OWNERS, part) ? (OWNERS[part] ?? 'cases') : 'cases';
}
