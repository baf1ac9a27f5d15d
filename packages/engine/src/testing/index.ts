export { type LogLine, logLines } from './log-lines.ts';
export { type NoteType, noteType } from './note-type.ts';
export { type TempFolder, tempFolder } from './temp-folder.ts';
export { type Certificate, type CertificateFacts, type TestCa, testCa } from './test-ca.ts';
export { testEgress } from './test-egress.ts';
export { type TestEngine, type TestEngineOptions, testEngine } from './test-engine.ts';
export { type OriginRequest, type TestOrigin, testOrigin } from './test-origin.ts';
export { type TestProxy, type TestProxyOptions, testProxy } from './test-proxy.ts';
