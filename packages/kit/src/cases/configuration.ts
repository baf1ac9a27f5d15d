import type { CaseConnector, CaseCustomField, CaseFields, CaseOwner, CustomFieldType } from './case.ts';

/** A field that cases of an owner have beside everybody's. */
export interface CustomFieldConfiguration {
  key: string;
  label: string;
  type: CustomFieldType;
  required: boolean;
  defaultValue?: CaseCustomField['value'] | undefined;
}

/** What new cases may start from. */
export interface CaseTemplate {
  key: string;
  name: string;
  description?: string | undefined;
  tags?: string[] | undefined;
  caseFields: Partial<CaseFields> | null;
}

/** How the cases of an owner in a space are. */
export interface CaseConfiguration {
  owner: CaseOwner;
  connector: CaseConnector;
  closureType: 'close-by-user' | 'close-by-pushing';
  customFields: CustomFieldConfiguration[];
  templates: CaseTemplate[];
  observableTypes: { key: string; label: string }[];
}
