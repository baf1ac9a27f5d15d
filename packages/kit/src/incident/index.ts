export { alertBody } from './alert-body.ts';
export {
  type IncidentComment,
  type IncidentPush,
  type IncidentService,
  type PushedComment,
  type PushedIncident,
  pushToService,
} from './push-to-service.ts';
export { renderWithSeverity } from './rule-severity.ts';
export { type FreeFieldsLimits, freeFields, incidentComments, jsonRecord } from './schemas.ts';
