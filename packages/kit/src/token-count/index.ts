export { type CollectedText, collectedText } from './collected-text.ts';
export { countTokens } from './count-tokens.ts';
