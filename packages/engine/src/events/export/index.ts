export { type EventExport, type EventExportOptions, startEventExport } from './event-export.ts';
