export {
  type Answer,
  type Fetched,
  GuardedClient,
  type GuardedClientOptions,
  type GuardedRequest,
  type Streamed,
  type StreamRequest,
} from './guarded-client.js';
