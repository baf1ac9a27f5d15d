export { closeAlertSchema, config, createAlertSchema, secrets } from './alert-schema.ts';
export { type AlertService, alertService } from './alert-service.ts';
export { opsgenie } from './opsgenie.ts';
export { renderParams } from './render-params.ts';
