-- How far the demo of `npm start` is: one row. Removed once, it stays removed.
CREATE TABLE demo (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  -- The end of its history, from which the times of its posts follow.
  started_at timestamptz NOT NULL,
  -- When the history had been acknowledged; the burst counts from there.
  live_from timestamptz,
  removed_at timestamptz
);
