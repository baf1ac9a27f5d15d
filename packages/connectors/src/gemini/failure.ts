import { type FailureReading, modelApiFailure, NOT_RECOGNIZED } from '@patchbay/kit';

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/api-errors */
export const failureText: FailureReading['failureText'] = (failure) => {
  const { response } = failure;
  if (response === undefined) return modelApiFailure(failure, undefined);
  const { error, message } = fieldsOf(response.data());
  if (typeof error === 'object' && error !== null) {
    const { status, message } = fieldsOf(error);
    return `API Error: ${status ? `${status}: ` : ''}${message ?? ''}`;
  }
  const said = typeof message === 'string' ? message : undefined;
  if (response.status === 400 && said === NOT_RECOGNIZED) return `API Error: ${said}`;
  return modelApiFailure(failure, said);
};

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
