import { messageOf } from '@patchbay/kit';
import { AnswerError } from '../errors/index.ts';

/** An answer that is an error, in the reference's words for cases. */
export class CasesError extends AnswerError {
  readonly statusCode: number;

  constructor(statusCode: number, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.statusCode = statusCode;
  }
}

/** Puts what was being done before the text of an error, as the reference does. */
export async function doing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
    throw new CasesError(error.statusCode, `${what}: Error: ${messageOf(error)}`, { cause: error });
  }
}
