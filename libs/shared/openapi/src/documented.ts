import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { ApiError } from '@vigil/contracts';
import { z } from 'zod';

type JsonSchema = Parameters<typeof ApiResponse>[0] extends { schema?: infer S } ? S : never;

/** A Zod schema as OpenAPI sees it: what may be sent (`input`) or what comes back (`output`). */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'openapi-3.0',
    reused: 'inline',
  });
  return rest;
}

export interface Documented {
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  readonly response?: z.ZodType;
  readonly status?: number;
}

/** Documents a route from the same Zod schemas that parse it. */
export function Documented(route: Documented): MethodDecorator {
  const decorators: MethodDecorator[] = [
    ApiOperation({ summary: route.summary }),
    ApiResponse({
      status: '4XX',
      description: 'Refused, with what, where and what is accepted',
      schema: asSchema(ApiError, 'output'),
    }),
  ];
  if (route.response) {
    decorators.push(ApiResponse({ status: route.status ?? 200, schema: asSchema(route.response, 'output') }));
  }
  if (route.body) decorators.push(ApiBody({ schema: asSchema(route.body, 'input') }));
  for (const [name, field] of Object.entries(route.query?.shape ?? {})) {
    decorators.push(ApiQuery({ name, required: false, schema: asSchema(field, 'input') }));
  }
  return applyDecorators(...decorators);
}

// Swagger's own schema type and JSON Schema describe the same thing; only their TypeScript types differ.
function asSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return jsonSchema(schema, io) as JsonSchema;
}
