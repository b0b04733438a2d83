import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { type ApiError, HTTP_STATUS, VigilError, isVigilError } from '@vigil/contracts';
import type { Telemetry } from '@vigil/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The one place where an error becomes an HTTP answer. What we did not foresee is logged in full and told as little. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly telemetry: Telemetry) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const { status, body } = asAnswer(error);
    if (status >= 500)
      this.telemetry.log.error(
        { err: error, method: request.method, route: request.routeOptions.url, requestId: request.id },
        'request failed',
      );
    // A stream that has begun can only be cut.
    if (reply.raw.headersSent) reply.raw.destroy();
    else void reply.status(status).send({ ...body, requestId: String(request.id) });
  }
}

/** Status and body for any error. */
export function asAnswer(error: unknown): { status: number; body: ApiError } {
  if (isVigilError(error)) return answerOf(error);
  if (error instanceof HttpException) return answerOf(fromStatus(error.getStatus(), error.message));
  // Fastify's own errors carry a status: a body that is too large or not JSON.
  const status = statusOf(error);
  if (status !== null && status < 500)
    return answerOf(fromStatus(status, error instanceof Error ? error.message : ''));
  return answerOf(
    new VigilError(
      'internal',
      'Something failed inside Vigil. The log holds the cause under this request’s id.',
    ),
  );
}

function answerOf(error: VigilError): { status: number; body: ApiError } {
  const { code, message, retriable, fields } = error;
  return {
    status: HTTP_STATUS[code],
    body: { code, message, retriable, ...(fields.length > 0 ? { fields: [...fields] } : {}) },
  };
}

function fromStatus(status: number, message: string): VigilError {
  if (status === 404) return new VigilError('not-found', `There is nothing at this address (${message}).`);
  if (status === 413) return new VigilError('too-large', message);
  if (status === 415)
    return new VigilError(
      'bad-input',
      'The content type application/json is needed; application/x-ndjson for an import.',
    );
  if (status === 429) return new VigilError('too-many-requests', message, { retriable: true });
  if (status >= 500) return new VigilError('internal', message);
  return new VigilError('bad-input', message);
}

function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return null;
  return typeof error.statusCode === 'number' ? error.statusCode : null;
}
