-- What the alerts service makes of verdicts: dedupe, counts, hits (system of record) and the outbox of the hit index,
-- all written in one transaction per batch, fenced by the offset it expects to find.
CREATE TABLE alerts_offset (
  partition integer PRIMARY KEY,
  next bigint NOT NULL
);
--> statement-breakpoint
-- Posts already counted. `key` is the first 16 bytes of SHA-256 of the post's id. One partition per day of arrival,
-- dropped whole once transit retention has passed; a post comes on one bus partition only, so no two writers meet.
CREATE TABLE seen_post (
  key uuid NOT NULL,
  day date NOT NULL,
  PRIMARY KEY (key, day)
) PARTITION BY RANGE (day);
--> statement-breakpoint
-- Posts and hits per 5-minute bucket. basis 'event': by event time, every post. basis 'arrival': by time of collection,
-- only posts that came more than 24 h after their event time. slogan '': all posts; else hits with an uncancelled match
-- of that rule. part is the bus partition: each row has one writer, and readers sum over it.
CREATE TABLE count_bucket (
  bucket timestamptz NOT NULL,
  slogan text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  region text COLLATE "C" NOT NULL,
  basis text COLLATE "C" NOT NULL CHECK (basis IN ('event', 'arrival')),
  demo boolean NOT NULL,
  backfill boolean NOT NULL,
  part integer NOT NULL,
  posts bigint NOT NULL,
  hits bigint NOT NULL,
  PRIMARY KEY (slogan, bucket, source, region, basis, demo, backfill, part)
) WITH (fillfactor = 80);
--> statement-breakpoint
-- The spike detector's own series: hits of a slogan over all sources. `live` leaves backfill out and counts what came
-- more than 24 h late by arrival; `hits` is history, by event time.
CREATE TABLE slogan_count (
  slogan text COLLATE "C" NOT NULL,
  demo boolean NOT NULL,
  bucket timestamptz NOT NULL,
  part integer NOT NULL,
  hits bigint NOT NULL,
  live bigint NOT NULL,
  PRIMARY KEY (slogan, demo, bucket, part)
) WITH (fillfactor = 80);
--> statement-breakpoint
-- One per post with an uncancelled match. (revision, ruleset) is the newest seen, also where it took the match away.
-- doc is json, not jsonb: it keeps a post's text to the letter, even what no PostgreSQL text could hold.
CREATE TABLE hit (
  key uuid PRIMARY KEY,
  revision integer NOT NULL,
  ruleset bigint NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('current', 'superseded', 'deleted', 'withdrawn', 'erased')),
  source text COLLATE "C" NOT NULL,
  demo boolean NOT NULL,
  event_time timestamptz NOT NULL,
  first_seen_at timestamptz NOT NULL,
  doc json NOT NULL
);
--> statement-breakpoint
CREATE INDEX hit_demo ON hit (key) WHERE demo;
--> statement-breakpoint
-- What was counted of a hit, per rule, when it was first seen. `at` is the time a spike counts it at: event time, or
-- collection where it came more than 24 h late. author is a hash: only its distinctness matters.
CREATE TABLE hit_rule (
  rule text COLLATE "C" NOT NULL,
  demo boolean NOT NULL,
  at timestamptz NOT NULL,
  key uuid NOT NULL,
  source text COLLATE "C" NOT NULL,
  author uuid NOT NULL,
  language text COLLATE "C" NOT NULL,
  region text COLLATE "C" NOT NULL,
  title text NOT NULL,
  severity text COLLATE "C" NOT NULL,
  indicator text COLLATE "C" NOT NULL,
  stance text COLLATE "C" NOT NULL,
  backfill boolean NOT NULL,
  PRIMARY KEY (rule, demo, at, key)
);
--> statement-breakpoint
-- Ids that were erased for good, hashed: asked before any hit is written.
CREATE TABLE erased_post (
  key uuid PRIMARY KEY,
  erased_at timestamptz NOT NULL
);
--> statement-breakpoint
-- Hits that the index does not have yet. Rows go once the index has confirmed.
CREATE TABLE hit_outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key uuid NOT NULL,
  since timestamptz NOT NULL
);
--> statement-breakpoint
-- Slogans whose live counts changed, and in which stretch of time: what the spike detector looks at next.
CREATE TABLE spike_due (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slogan text COLLATE "C" NOT NULL,
  demo boolean NOT NULL,
  earliest timestamptz NOT NULL,
  latest timestamptz NOT NULL
);
--> statement-breakpoint
-- One row once the demo was removed: demo posts that were still on their way are then let go.
CREATE TABLE demo_removed (
  at timestamptz NOT NULL
);
