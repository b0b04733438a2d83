-- A draft pack tried on the retained log and the labelled set. Who runs it holds a lease that is renewed with every
-- checkpoint; run counts the takers, and a checkpoint of an earlier one changes nothing. places: partition → where it
-- goes on and where it ends; result: the counts so far, no text.
CREATE TABLE backtest (
  id uuid PRIMARY KEY,
  pack text COLLATE "C" NOT NULL,
  draft json NOT NULL,
  ruleset integer NOT NULL,
  examples integer NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'failed')),
  failure text,
  ended_at timestamptz,
  run integer NOT NULL DEFAULT 0,
  leased_until timestamptz,
  done bigint NOT NULL DEFAULT 0,
  "of" bigint NOT NULL DEFAULT 0,
  places json,
  result json
);
--> statement-breakpoint
CREATE INDEX backtest_open ON backtest (created_at) WHERE state IN ('queued', 'running');
--> statement-breakpoint
-- Some posts that a rule would add or drop. doc holds words of a post: it goes with transit retention, with an erasure,
-- with the demo, and with its backtest.
CREATE TABLE backtest_example (
  backtest uuid NOT NULL REFERENCES backtest ON DELETE CASCADE,
  rule text COLLATE "C" NOT NULL,
  change text NOT NULL CHECK (change IN ('added', 'dropped')),
  post_id text COLLATE "C" NOT NULL,
  collected_at timestamptz NOT NULL,
  demo boolean NOT NULL,
  doc json NOT NULL,
  PRIMARY KEY (backtest, rule, change, post_id)
);
--> statement-breakpoint
CREATE INDEX backtest_example_post ON backtest_example (post_id);
--> statement-breakpoint
CREATE INDEX backtest_example_collected ON backtest_example (collected_at);
