import { type Case, type CaseIncident, fieldsForIncident } from '@patchbay/kit';

/** How a case becomes an incident of either kind, with the fields that the kind has. */
export function caseIncident(names: Readonly<Record<string, string>>): CaseIncident {
  return {
    title: 'short_description',
    description: 'description',
    comments: 'work_notes',
    fields: ({ id }: Case, ofConnector) => ({
      ...fieldsForIncident(ofConnector, {
        category: 'category',
        subcategory: 'subcategory',
        additional_fields: 'additionalFields',
        ...names,
      }),
      correlation_id: id,
      correlation_display: 'Elastic Case',
    }),
  };
}
