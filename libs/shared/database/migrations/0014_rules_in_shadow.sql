-- What rules in shadow would have matched, counted beside the hits and in the same transaction, and raising nothing.
-- day is that of arrival (UTC); part is the bus partition: each row has one writer, and readers sum over it.
CREATE TABLE shadow_count (
  rule text COLLATE "C" NOT NULL,
  pack_version integer NOT NULL,
  day date NOT NULL,
  demo boolean NOT NULL,
  part integer NOT NULL,
  posts bigint NOT NULL,
  PRIMARY KEY (rule, pack_version, day, demo, part)
);
--> statement-breakpoint
-- A few of those posts for a reviewer to look at: of a rule, day and part those with the lowest keys, which are hashes,
-- so they are a fair sample. doc holds words of a post: it goes with transit retention, with an erasure, with the demo.
CREATE TABLE shadow_sample (
  rule text COLLATE "C" NOT NULL,
  day date NOT NULL,
  part integer NOT NULL,
  key uuid NOT NULL,
  demo boolean NOT NULL,
  doc json NOT NULL,
  PRIMARY KEY (rule, day, part, key)
);
--> statement-breakpoint
CREATE INDEX shadow_sample_key ON shadow_sample (key);
