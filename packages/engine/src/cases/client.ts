import type { AttachmentCalls } from './attachment-calls.ts';
import type { CaseCalls, CaseWithComments } from './case-calls.ts';
import type { ConfigurationCalls } from './configuration-calls.ts';
import type { Find, Found } from './find.ts';

/** What one caller may do with the cases of one space. Rejects with `CasesError` and other errors that are answers. */
export interface CasesClient {
  cases: CaseCalls;
  find(given: Find): Promise<Found>;
  attachments: AttachmentCalls;
  configuration: ConfigurationCalls;
  push(given: { caseId: string; connectorId: string }): Promise<CaseWithComments>;
}
