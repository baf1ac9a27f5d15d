export {
  type IncidentComment,
  type IncidentPush,
  type IncidentService,
  type PushedComment,
  type PushedIncident,
  pushToService,
} from './push-to-service.ts';
export { type FreeFieldsLimits, freeFields, incidentComments, jsonRecord } from './schemas.ts';
