import { percentEncode } from '@patchbay/kit';

/**
 * A value in an encoded query in a URL, so that it neither ends there nor adds a condition: a caret is written twice, and
 * of the rest only what a URL's query cannot hold is percent-encoded.
 * https://www.servicenow.com/docs/r/platform-user-interface/configure-user-experiences/c_EncodedQueryStrings.html
 */
export function queryValue(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('^', '^^')
    .replace(/[^!-~]|["#%&'+<>]/gu, percentEncode);
}
