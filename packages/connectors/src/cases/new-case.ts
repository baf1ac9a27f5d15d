import {
  type CaseConfiguration,
  type CaseCustomField,
  type CaseOwner,
  type CaseSettings,
  type CustomFieldConfiguration,
  type NewCase,
  NO_CASE_CONNECTOR,
} from '@patchbay/kit';
import { descriptionOf, tagsOf, titleOf } from './case-texts.ts';
import type { Group } from './grouping.ts';
import type { RunParams } from './schema.ts';

const SETTINGS: Record<CaseOwner, CaseSettings> = {
  cases: { syncAlerts: false },
  observability: { syncAlerts: false },
  securitySolution: { syncAlerts: true },
};

/** What a required field has where nobody says anything. */
const FILLERS = { text: 'N/A', toggle: false, number: 0 } as const;

export interface NewCaseFacts {
  params: Pick<RunParams, 'rule' | 'owner' | 'templateId'>;
  group: Pick<Group, 'grouping' | 'title'>;
  /** Of the group's record. */
  counter: number;
  configuration: Pick<CaseConfiguration, 'customFields' | 'templates'> | undefined;
  /** Whether the licence lets cases be assigned. */
  canBeAssigned: boolean;
}

/** The case that a group of alerts opens. */
export function newCase({ params, group, counter, configuration, canBeAssigned }: NewCaseFacts): NewCase {
  const { rule, owner, templateId } = params;
  const template = configuration?.templates.find(({ key }) => key === templateId);
  const { title, description, tags = [], connector, settings, ...more } = template?.caseFields ?? {};
  const { severity, category, assignees = [], customFields = [] } = more;
  const assigned = assignees.filter(({ uid }) => uid !== '');
  return {
    title: group.title ?? title ?? titleOf(rule, group.grouping, counter),
    description: description ?? descriptionOf(rule, group.grouping),
    tags: tagsOf(rule, group.grouping, tags),
    connector: connector ?? NO_CASE_CONNECTOR,
    settings: settings ?? SETTINGS[owner],
    owner,
    customFields:
      template === undefined
        ? requiredFields(configuration?.customFields ?? [])
        : allFields(configuration?.customFields ?? [], customFields),
    ...(severity !== undefined && { severity }),
    ...(category !== undefined && { category }),
    ...(canBeAssigned && assigned.length > 0 && { assignees: assigned }),
  };
}

function requiredFields(configured: readonly CustomFieldConfiguration[]): CaseCustomField[] {
  return configured
    .filter(({ required }) => required)
    .map(({ key, type, defaultValue }) => ({ key, type, value: defaultValue ?? FILLERS[type] }));
}

function allFields(
  configured: readonly CustomFieldConfiguration[],
  ofTemplate: readonly CaseCustomField[],
): CaseCustomField[] {
  return configured.map(({ key, type, required }) => {
    const value = ofTemplate.find((field) => field.key === key)?.value ?? null;
    return { key, type, value: value === null && required ? FILLERS[type] : value };
  });
}
