export { hostileText } from './hostile-text.ts';
export { memoryTokens } from './memory-tokens.ts';
export { operatorSettings, type SettingsOverrides } from './operator-settings.ts';
export { type ReceivedRequest, type StandIn, type StandInAnswer, standIn } from './stand-in.ts';
export { type TestResult, type TestRun, testAction } from './test-action.ts';
export { type TokenIssuer, tokenIssuer } from './token-issuer.ts';
