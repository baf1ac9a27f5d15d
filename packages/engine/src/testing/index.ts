export { type LogLine, logLines } from './log-lines.ts';
export { type NoteType, noteType } from './note-type.ts';
export { type TempFolder, tempFolder } from './temp-folder.ts';
export { type TestEngine, type TestEngineOptions, testEngine } from './test-engine.ts';
export { type OriginRequest, type TestOrigin, testOrigin } from './test-origin.ts';
