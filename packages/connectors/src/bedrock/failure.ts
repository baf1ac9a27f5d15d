import { type FailureReading, modelApiFailure, NOT_RECOGNIZED } from '@patchbay/kit';

export const failureText: FailureReading['failureText'] = (failure) => {
  const { response } = failure;
  const said = wordsOf(response?.data());
  if (response?.status === 400 && said === NOT_RECOGNIZED) return `API Error: ${said}${ENDPOINT_HINT}`;
  return modelApiFailure(failure, said);
};

const ENDPOINT_HINT =
  '\n\nThe connector may need a newer endpoint: the host of one that runs models begins with `bedrock-runtime`.';

function wordsOf(body: unknown): string | undefined {
  const { message } = (typeof body === 'object' && body !== null ? body : {}) as { message?: unknown };
  return typeof message === 'string' ? message : undefined;
}
