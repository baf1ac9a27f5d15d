import { AnswerError, ServiceUnavailableError } from '@patchbay/engine/errors';
import { http } from '@patchbay/engine/node-http';
import { type Logger, messageOf } from '@patchbay/kit';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** The body of every answer that is an error. */
interface ErrorBody {
  statusCode: number;
  error: string;
  message: string;
  attributes?: Record<string, unknown>;
}

/** What Fastify itself refuses, in the reference's words. */
const FRAMEWORK: Record<string, { statusCode: number; message: (maxPayload: number) => string }> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { statusCode: 415, message: () => 'Unsupported Media Type' },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    statusCode: 413,
    message: (maxPayload) => `Payload content length greater than maximum allowed: ${maxPayload}`,
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { statusCode: 400, message: () => 'Invalid request payload' },
  FST_ERR_BAD_URL: { statusCode: 400, message: () => 'Bad Request' },
};

const UNEXPECTED = 'An internal server error occurred. Check Kibana server logs for details.';

function errorBody(statusCode: number, message: string, attributes?: Record<string, unknown>): ErrorBody {
  // The reference's server names 413 as older HTTP did.
  const error =
    statusCode === 413 ? 'Request Entity Too Large' : (http.STATUS_CODES[statusCode] ?? 'Unknown');
  return { statusCode, error, message, ...(attributes !== undefined && { attributes }) };
}

/** Answers with what an error says, or, for one that nobody foresaw, with a 500 that says nothing. */
export function errorHandler(log: Logger, maxPayload: number) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const { statusCode, message, attributes } = answerFor(error, maxPayload);
    if (statusCode >= 500 && !(error instanceof ServiceUnavailableError)) {
      log.error(`${request.method} ${request.routeOptions.url ?? 'unknown route'}: ${messageOf(error)}`, {
        error: { type: error.name, message: messageOf(error), stack_trace: error.stack },
        http: { request: { id: request.id, method: request.method } },
      });
    }
    // A browser would ask for a password in a window of its own, over the page that sent the request.
    if (statusCode === 401 && request.headers['x-elastic-internal-origin'] === undefined)
      reply.header('www-authenticate', 'Basic realm="Patchbay", charset="UTF-8", ApiKey');
    if (error instanceof AnswerError && error.retryAfterSeconds !== undefined)
      reply.header('retry-after', String(error.retryAfterSeconds));
    reply.code(statusCode).send(errorBody(statusCode, message, attributes));
  };
}

function answerFor(error: FastifyError, maxPayload: number) {
  if (error instanceof AnswerError) return error;
  const known = FRAMEWORK[error.code];
  if (known !== undefined)
    return { statusCode: known.statusCode, message: known.message(maxPayload), attributes: undefined };
  const isCallers = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500;
  return isCallers
    ? { statusCode: error.statusCode ?? 400, message: error.message, attributes: undefined }
    : { statusCode: 500, message: UNEXPECTED, attributes: undefined };
}
