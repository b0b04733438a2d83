export * from './jobs.js';
export { BullJobs } from './bull-jobs.js';
