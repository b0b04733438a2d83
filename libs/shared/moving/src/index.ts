export { Move, type MovePlan, type MoveReport, type MoveRequest } from './move.js';
export { readableBytes, readableCount, type PlanPart } from './plan.js';
export type { Progress } from './progress.js';
