import type { CaseConfiguration, CaseCustomField, CustomFieldConfiguration } from '@patchbay/kit';
import { describe, expect, it } from 'vitest';
import { type NewCaseFacts, newCase } from './new-case.ts';

const rule = { id: 'r1', name: 'Test rule', tags: ['rule', 'test'], ruleUrl: null };
const NONE = { id: 'none', name: 'none', type: '.none', fields: null };
const jira = { id: 'j', name: 'Jira', type: '.jira', fields: { issueType: '1' } };

type Template = NonNullable<CaseConfiguration['templates'][number]['caseFields']>;

const made = ({
  template,
  fields = [],
  ...facts
}: Partial<NewCaseFacts> & { template?: Template; fields?: CustomFieldConfiguration[] } = {}) =>
  newCase({
    params: { rule, owner: 'cases', templateId: 't' },
    group: { grouping: { 'host.name': 'A' } },
    counter: 1,
    canBeAssigned: true,
    configuration: {
      customFields: fields,
      templates: template === undefined ? [] : [{ key: 't', name: 'T', caseFields: template }],
    },
    ...facts,
  });

const field = (key: string, type: CaseCustomField['type'], more: object = {}): CustomFieldConfiguration => ({
  key,
  label: key,
  type,
  required: true,
  ...more,
});

describe('a case that a group opens', () => {
  it('has what the rule and the grouping say', () => {
    const { description, ...rest } = made({ configuration: undefined });
    expect(rest).toEqual({
      title: 'Test rule - Grouping by A (Auto-created)',
      tags: ['auto-generated', 'rule:r1', 'host.name', 'host.name:A', 'rule', 'test'],
      connector: NONE,
      settings: { syncAlerts: false },
      owner: 'cases',
      customFields: [],
    });
    expect(description).toBe('Opened automatically by the rule Test rule. Its alerts have `host.name: A`.');
  });

  it('passes over a template that is not there', () => {
    expect(made()).toEqual(made({ configuration: undefined }));
  });

  it('syncs the alerts of security', () => {
    const params = { rule, owner: 'securitySolution' as const, templateId: null };
    expect(made({ params }).settings).toEqual({ syncAlerts: true });
  });

  it('has what its template says, and its tags at the end', () => {
    const template: Template = {
      title: 'From the template',
      description: 'By hand',
      tags: ['more'],
      connector: jira,
      settings: { syncAlerts: true },
      severity: 'high',
      category: 'Net',
      assignees: [{ uid: 'u1' }, { uid: '' }],
    };
    const theCase = made({ template });
    expect(theCase).toMatchObject({ ...template, tags: expect.anything(), assignees: [{ uid: 'u1' }] });
    expect(theCase.tags.at(-1)).toBe('more');
    expect(made({ template, canBeAssigned: false })).not.toHaveProperty('assignees');
  });

  it('has the title of its group before any other', () => {
    expect(made({ template: { title: 'T' }, group: { grouping: {}, title: 'Attack' } }).title).toBe('Attack');
  });

  it('fills in required fields where there is no template', () => {
    const fields = [
      field('a', 'text'),
      field('b', 'toggle'),
      field('c', 'number'),
      field('d', 'text', { defaultValue: 'mine' }),
      field('e', 'text', { required: false, defaultValue: 'x' }),
    ];
    expect(made({ fields }).customFields).toEqual([
      { key: 'a', type: 'text', value: 'N/A' },
      { key: 'b', type: 'toggle', value: false },
      { key: 'c', type: 'number', value: 0 },
      { key: 'd', type: 'text', value: 'mine' },
    ]);
  });

  it('has every field that is configured where there is a template', () => {
    const fields = [field('a', 'text'), field('b', 'number', { required: false }), field('c', 'toggle')];
    const template: Template = { customFields: [{ key: 'c', type: 'toggle', value: true }] };
    expect(made({ fields, template }).customFields).toEqual([
      { key: 'a', type: 'text', value: 'N/A' },
      { key: 'b', type: 'number', value: null },
      { key: 'c', type: 'toggle', value: true },
    ]);
  });
});
