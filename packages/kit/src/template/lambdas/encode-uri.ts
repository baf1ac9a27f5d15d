import { messageOf } from '../../errors.ts';

export function encodeUri(text: string): string {
  try {
    return encodeURI(text);
  } catch (cause) {
    throw new Error(`error evaluating encodeURI("${text}"): ${messageOf(cause)}`, { cause });
  }
}

export function encodeUriComponent(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch (cause) {
    throw new Error(`error evaluating encodeURIComponent("${text}"): ${messageOf(cause)}`, { cause });
  }
}
