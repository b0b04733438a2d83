export { BaseModule } from './base.module.js';
export {
  type Engines,
  type FurtherEngine,
  openEngines,
  openServiceEngines,
  type ServiceEngines,
} from './engines.js';
export { HealthController } from './health.controller.js';
export { createHttpApp, type HttpOptions } from './http.js';
export { type AppOptions, runApp } from './run-app.js';
export { SystemController } from './system.controller.js';
export { VERSION } from './version.js';
export { welcome } from './welcome.js';
