import type { RuleAction } from '@patchbay/kit';
import type { z } from 'zod';
import { ALERT_STATUSES, ruleParams } from './schema.ts';

/** Ongoing alerts are left out: the assistant has been asked about them when they were new. */
export const ruleAction: RuleAction = {
  params: ruleParams,
  toParams(given, { rule, alerts }) {
    const { connector, prompts, message = '' } = given as z.output<typeof ruleParams>;
    return {
      connector,
      prompts: prompts ?? [{ statuses: [...ALERT_STATUSES], message }],
      rule: { id: rule.id, name: rule.name, tags: rule.tags ?? [], ruleUrl: rule.url ?? null },
      alerts: { new: alerts.new, recovered: alerts.recovered },
    };
  },
};
