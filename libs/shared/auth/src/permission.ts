import { SetMetadata } from '@nestjs/common';
import type { Permission } from '@vigil/contracts';

export const PERMISSION = 'vigil:permission';

/** Declares what a route asks for. A route without it stops the start (see assertRoutesDeclared). */
export const RequirePermission = (permission: Permission) => SetMetadata(PERMISSION, permission);
