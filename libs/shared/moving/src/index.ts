export type { Manifest } from './archive.js';
export { backUp, type BackupRequest, verifyBackup } from './backup.js';
export { Move, type MovePlan, type MoveReport, type MoveRequest } from './move.js';
export { readableBytes, readableCount, type PlanPart } from './plan.js';
export type { Progress } from './progress.js';
export { restore, type RestoreRequest } from './restore.js';
