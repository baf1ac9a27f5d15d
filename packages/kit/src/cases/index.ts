export type { ActionsComment, AttachedAlerts, NewAttachment, UserComment } from './attachment.ts';
export * from './case.ts';
export type { CaseIncident } from './case-incident.ts';
export type { CaseRecord, Cases, StoredCaseRecord } from './cases.ts';
export type { CaseConfiguration, CaseTemplate, CustomFieldConfiguration } from './configuration.ts';
export { fieldsForIncident } from './fields-for-incident.ts';
