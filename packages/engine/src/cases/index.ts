export type { Attachment } from './attachment.ts';
export type { CaseWithComments, Missing } from './case-calls.ts';
export { type Cases, type CasesOptions, createCases } from './cases.ts';
export type { CasesClient } from './client.ts';
export type { Configuration, NewConfiguration } from './configuration-calls.ts';
export type { Find, Found } from './find.ts';
export { LIMITS, offsetOf } from './limits.ts';
export type { AskedChange } from './update.ts';
