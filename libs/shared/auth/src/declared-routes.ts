import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { PERMISSION } from './permission.js';

/** Every route of the application and the permission it declares, if any. */
export function routesOf(app: INestApplicationContext): { route: string; permission: unknown }[] {
  const reflector = app.get(Reflector);
  const routes: { route: string; permission: unknown }[] = [];
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype !== 'function') continue;
      const prototype: Record<string, unknown> = metatype.prototype;
      for (const name of Object.getOwnPropertyNames(prototype)) {
        const handler = Object.getOwnPropertyDescriptor(prototype, name)?.value;
        if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) continue;
        const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler)] ?? '?';
        const path = [
          Reflect.getMetadata(PATH_METADATA, metatype),
          Reflect.getMetadata(PATH_METADATA, handler),
        ]
          .map((part) => String(part ?? '').replace(/^\/|\/$/g, ''))
          .filter(Boolean)
          .join('/');
        const permission = reflector.getAllAndOverride<unknown>(PERMISSION, [
          handler,
          metatype as () => unknown,
        ]);
        routes.push({ route: `${method} /${path} (${metatype.name}.${name})`, permission });
      }
    }
  }
  return routes;
}

/** Throws when any route declares no permission, naming each: the app then does not start. */
export function assertRoutesDeclared(app: INestApplicationContext): void {
  const open = routesOf(app).filter((r) => r.permission === undefined);
  if (open.length > 0) {
    throw new Error(
      `These routes declare no permission (use @RequirePermission): ${open.map((r) => r.route).join(', ')}`,
    );
  }
}
