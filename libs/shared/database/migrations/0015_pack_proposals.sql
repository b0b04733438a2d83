-- Packs that wait for a second person before they are published, and what became of them.
CREATE TABLE pack_proposal (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  -- The version in force when it was proposed; null where there was none. It is approved only while that one still is.
  base_version integer,
  sha256 text NOT NULL CHECK (length(sha256) = 64),
  content jsonb NOT NULL,
  note text,
  proposed_by text NOT NULL,
  proposed_at timestamptz NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'withdrawn')),
  decided_by text,
  decided_at timestamptz,
  reason text,
  -- The version it became.
  version integer,
  CHECK ((state = 'pending') = (decided_at IS NULL)),
  CHECK ((state = 'approved') = (version IS NOT NULL)),
  -- Whatever a program does: nobody approves what they proposed.
  CHECK (state <> 'approved' OR decided_by <> proposed_by)
);
--> statement-breakpoint
CREATE INDEX pack_proposal_pending ON pack_proposal (proposed_at) WHERE state = 'pending';
--> statement-breakpoint
-- The second person; null in versions that were published without one.
ALTER TABLE pack_version ADD COLUMN approved_by text;
