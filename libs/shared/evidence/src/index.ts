export * from './evidence-store.js';
export { FolderEvidenceStore } from './folder-evidence-store.js';
