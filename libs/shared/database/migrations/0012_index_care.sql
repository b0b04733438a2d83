-- Hits that the index does not take as they are, and why; put again when a person asks. `seq` is the outbox row that was
-- refused: the confirmation of a later one takes the row away.
CREATE TABLE hit_set_aside (
  key uuid PRIMARY KEY,
  seq bigint NOT NULL,
  reason text NOT NULL,
  since timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 1
);
--> statement-breakpoint
-- The rebuild of the index that is under way, or the last one. It puts hits into the outbox again, in the order of their
-- keys; whoever finds it running goes on with it.
CREATE TABLE index_rebuild (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  state text COLLATE "C" NOT NULL CHECK (state IN ('running', 'done', 'stopped')),
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL,
  -- Event times, from (with) to (without); null: no bound.
  from_time timestamptz,
  to_time timestamptz,
  total bigint NOT NULL,
  queued bigint NOT NULL,
  after_key uuid NOT NULL,
  last_seq bigint NOT NULL,
  finished_at timestamptz
);
