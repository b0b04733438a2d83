-- Episodes (alerts), the claims on them and the decisions about them.
CREATE TABLE alert (
  id uuid PRIMARY KEY,
  key_kind text NOT NULL CHECK (key_kind IN ('slogan', 'region')),
  key_value text COLLATE "C" NOT NULL,
  label text NOT NULL,
  demo boolean NOT NULL,
  headline text NOT NULL,
  severity text NOT NULL,
  severity_rank smallint NOT NULL,
  indicator text NOT NULL,
  stance text NOT NULL,
  observed integer NOT NULL,
  expected double precision NOT NULL,
  probability double precision NOT NULL,
  window_minutes integer NOT NULL,
  opened_at timestamptz NOT NULL,
  started_at timestamptz NOT NULL,
  peak_at timestamptz NOT NULL,
  last_hit_at timestamptz NOT NULL,
  -- Until then the rise was seen to go on; the episode closes when that is long enough ago.
  risen_until timestamptz NOT NULL,
  closed_at timestamptz,
  found_late boolean NOT NULL,
  hits integer NOT NULL,
  sources jsonb NOT NULL,
  languages jsonb NOT NULL,
  regions jsonb NOT NULL,
  claimed_by text,
  claimed_by_name text,
  claimed_until timestamptz,
  due_at timestamptz NOT NULL,
  -- The decision that stands; null before one and after an undo.
  decision_id uuid,
  version integer NOT NULL DEFAULT 1
);
--> statement-breakpoint
-- An episode is open at most once per key.
CREATE UNIQUE INDEX alert_one_open_episode ON alert (key_kind, key_value, demo) WHERE closed_at IS NULL;
--> statement-breakpoint
CREATE INDEX alert_by_key ON alert (key_value, demo, started_at);
--> statement-breakpoint
CREATE INDEX alert_by_opening ON alert (opened_at, id);
--> statement-breakpoint
CREATE TABLE decision (
  id uuid PRIMARY KEY,
  alert_id uuid NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
  outcome text NOT NULL,
  note text NOT NULL,
  decided_by text NOT NULL,
  decided_by_name text NOT NULL,
  at timestamptz NOT NULL,
  undo_until timestamptz NOT NULL,
  undone_at timestamptz,
  undone_by text
);
--> statement-breakpoint
CREATE INDEX decision_by_alert ON decision (alert_id, at);
