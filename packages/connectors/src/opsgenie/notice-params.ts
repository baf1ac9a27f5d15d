import type { ConnectorType } from '@patchbay/kit';

/** An alert, and its close. What is too long of the message stands in the description. */
export const noticeParams: NonNullable<ConnectorType['noticeParams']> = ({ text, key, isOver }) =>
  isOver
    ? { subAction: 'closeAlert', subActionParams: { alias: key, note: cut(text) } }
    : {
        subAction: 'createAlert',
        subActionParams: { alias: key, message: cut(text), description: cut(text) },
      };

/** Of the fields, the least. https://docs.opsgenie.com/docs/alert-api */
const TEXT_MAX = 15_000;

const cut = (text: string) => text.slice(0, TEXT_MAX);
