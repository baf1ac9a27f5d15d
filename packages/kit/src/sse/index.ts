export { beside } from './beside.ts';
export { type EventReader, eventReader } from './event-reader.ts';
