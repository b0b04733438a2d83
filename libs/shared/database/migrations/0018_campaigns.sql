-- Posts with a match, grouped into campaigns: what is the same text with edits, or tied by media, links or a known text.
-- A campaign's id is the key of the first of its posts that was seen (see campaign_post).
CREATE TABLE campaign (
  id uuid PRIMARY KEY,
  -- The campaign that this one turned out to be part of: what names it still finds it.
  merged_into uuid,
  demo boolean NOT NULL,
  -- Of its posts, by event time.
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  -- When its last post came in: by this it grows old.
  seen_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE INDEX campaign_merged ON campaign (merged_into) WHERE merged_into IS NOT NULL;
--> statement-breakpoint
CREATE INDEX campaign_seen_at ON campaign (seen_at);
--> statement-breakpoint
-- Counts, which hold no content: they stay when a post is erased, and go with their campaign.
CREATE TABLE campaign_voice (
  campaign uuid NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
  source text COLLATE "C" NOT NULL,
  language text COLLATE "C" NOT NULL,
  posts integer NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (campaign, source, language)
);
--> statement-breakpoint
-- By what a post is recognised again, for as long as campaigns are kept open. No text: a MinHash signature and hashes.
-- Goes with an erasure, with the demo, and by age.
CREATE TABLE campaign_post (
  -- The first 16 bytes of SHA-256 of the post's id, as in hit.
  key uuid PRIMARY KEY,
  -- As it was then: the campaign may lead to another by now.
  campaign uuid NOT NULL,
  demo boolean NOT NULL,
  -- Event time, and when it came in: by this it grows old.
  at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  -- SHA-256 of the text's words, its first half; null for a text too short to be told from others.
  text_hash uuid,
  -- Of the first post with this text only: later ones are found by its hash. MinHash, and what it is looked up by.
  bands integer[],
  signature bytea,
  -- Hashes of its media, of the addresses it links to and of the known texts it copies, where no other within the hour
  -- stands for them.
  ties uuid[] NOT NULL
);
--> statement-breakpoint
CREATE INDEX campaign_post_hash ON campaign_post (text_hash);
--> statement-breakpoint
-- Without a pending list: every look-up would read through it, which took 8 ms of each at 1,000 texts.
CREATE INDEX campaign_post_bands ON campaign_post USING gin (bands) WITH (fastupdate = off);
--> statement-breakpoint
CREATE INDEX campaign_post_ties ON campaign_post USING gin (ties) WITH (fastupdate = off);
--> statement-breakpoint
CREATE INDEX campaign_post_seen_at ON campaign_post (seen_at);
