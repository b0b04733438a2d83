-- What nothing may remove while it lasts: a post's hit, those of an alert, or those of a source.
CREATE TABLE legal_hold (
  id uuid PRIMARY KEY,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('post', 'alert', 'source')),
  subject text COLLATE "C" NOT NULL,
  -- The post's key, as in hit; null for the other kinds.
  key uuid,
  reason text NOT NULL,
  placed_by text NOT NULL,
  placed_at timestamptz NOT NULL,
  released_by text,
  released_at timestamptz,
  CHECK ((kind = 'post') = (key IS NOT NULL))
);
--> statement-breakpoint
CREATE INDEX legal_hold_standing ON legal_hold (placed_at) WHERE released_at IS NULL;
--> statement-breakpoint
-- The hits that holds cover now: an alert's grow with it, as its page shows them.
CREATE VIEW held_hit AS
  SELECT l.id AS hold, l.key FROM legal_hold l WHERE l.released_at IS NULL AND l.kind = 'post'
  UNION
  SELECT l.id, h.key FROM legal_hold l JOIN hit h ON h.source = l.subject
  WHERE l.released_at IS NULL AND l.kind = 'source'
  UNION
  SELECT l.id, r.key FROM legal_hold l
  JOIN alert a ON a.id::text = l.subject
  JOIN hit_rule r ON r.rule = a.key_value AND r.demo = a.demo
    AND r.at >= a.started_at AND r.at < a.last_hit_at + interval '1 hour'
  WHERE l.released_at IS NULL AND l.kind = 'alert';
--> statement-breakpoint
-- The daily removal of hits whose time is over: when it is due, and what became of the last.
CREATE TABLE hit_retention (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  due_at timestamptz NOT NULL,
  before_month text,
  finished_at timestamptz,
  removed bigint NOT NULL DEFAULT 0,
  held bigint NOT NULL DEFAULT 0,
  failure text
);
--> statement-breakpoint
CREATE INDEX hit_by_first_seen ON hit USING brin (first_seen_at) WITH (autosummarize = on);
--> statement-breakpoint
-- Null in rows of a program before this: retention fills it in, a batch at a time, before it looks at it.
ALTER TABLE hit_index ADD COLUMN first_seen_at timestamptz;
--> statement-breakpoint
CREATE INDEX hit_index_by_first_seen ON hit_index (first_seen_at);
