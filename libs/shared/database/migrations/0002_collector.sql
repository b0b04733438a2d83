-- Sources: what an organisation decided, and recorded why, to watch.
CREATE TABLE source (
  id text PRIMARY KEY,
  name text NOT NULL,
  locator jsonb NOT NULL,
  labels jsonb NOT NULL,
  reason text NOT NULL,
  approved_by text NOT NULL,
  -- Past this instant the source stops by itself.
  approved_until timestamptz NOT NULL,
  every_seconds integer NOT NULL,
  paused boolean NOT NULL DEFAULT false,
  demo boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  -- Grows with every change of the definition: a run that began with an older one ends and begins again.
  definition integer NOT NULL DEFAULT 1
);
--> statement-breakpoint
-- One row per process that collects, beating once a second. A lease whose owner no longer beats is free.
CREATE TABLE collector_instance (
  id uuid PRIMARY KEY,
  beat_at timestamptz NOT NULL
);
--> statement-breakpoint
-- Where each source stands. Updated up to once a second for a followed source, so no indexed column changes and
-- the pages keep room: the updates stay on their page (HOT) and leave nothing for an index to clean up.
CREATE TABLE source_progress (
  source_id text PRIMARY KEY REFERENCES source (id) ON DELETE CASCADE,
  cursor jsonb,
  -- Grows with every lease: a process that lost its lease cannot move the cursor any more.
  epoch bigint NOT NULL DEFAULT 0,
  lease_owner uuid,
  next_poll_at timestamptz NOT NULL,
  last_poll_at timestamptz,
  last_success_at timestamptz,
  last_error text,
  consecutive_failures integer NOT NULL DEFAULT 0,
  posts_collected bigint NOT NULL DEFAULT 0,
  problems_seen bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
--> statement-breakpoint
-- What a source gave that could not be taken: a bounded sample per source, newest kept (problems_seen counts all).
CREATE TABLE source_problem (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id text NOT NULL REFERENCES source (id) ON DELETE CASCADE,
  at timestamptz NOT NULL,
  -- Where: a line number and byte offset, an entry, a header.
  place text NOT NULL,
  message text NOT NULL
);
--> statement-breakpoint
CREATE INDEX source_problem_of_source ON source_problem (source_id, id DESC);
