export { AlertsModule } from './alerts.module.js';
export { AlertsDemo, type DemoCounts } from './demo.js';
