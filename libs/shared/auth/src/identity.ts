import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** Who asks. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly string[];
}

/** The identity the guard found, as a parameter of a route: `@CurrentUser() user: Identity`. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): Identity => {
  const request = context.switchToHttp().getRequest<{ identity?: Identity }>();
  if (!request.identity) throw new Error('CurrentUser on a route that needs no session');
  return request.identity;
});
