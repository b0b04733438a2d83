-- The hit index on PostgreSQL: a projection of the hits, rebuilt from the system of record when it must be.

-- levenshtein_less_equal, for words with small differences. A trusted extension: the database's owner may create it.
create extension if not exists fuzzystrmatch;
--> statement-breakpoint
-- What hits are filtered, sorted and counted by: narrow rows, so that counting facets reads little.
create table hit_index (
  n bigint generated always as identity primary key,
  id text collate "C" not null unique,
  revision int not null,
  ruleset int not null,
  -- 0 current, 1 superseded, 2 deleted, 3 withdrawn. Of equal versions the higher wins, in whatever order they come.
  state smallint not null,
  event_time timestamptz not null,
  source text collate "C" not null,
  language text collate "C" not null,
  region text collate "C" not null,
  rules text[] collate "C" not null,
  indicator text collate "C",
  severity text collate "C",
  author text collate "C" not null,
  channel text collate "C" not null,
  demo boolean not null
);
--> statement-breakpoint
create index hit_index_by_time on hit_index (event_time, n);
--> statement-breakpoint
create index hit_index_by_source on hit_index (source, event_time);
--> statement-breakpoint
-- What hits are searched by, and the hit itself. `tokens` holds our own normalised tokens with their positions;
-- no text search configuration of PostgreSQL takes part, so that every engine finds the same.
create table hit_index_text (
  n bigint primary key,
  tokens tsvector not null,
  -- json, not jsonb: it keeps a post's text to the letter, even what no PostgreSQL text could hold (U+0000, half a surrogate pair).
  hit json not null
);
--> statement-breakpoint
create index hit_index_text_tokens on hit_index_text using gin (tokens);
--> statement-breakpoint
-- Every token that some hit holds, to find those near a misspelt one: a word with one edit keeps its first half
-- or its last half, so two range scans see every candidate; with two edits, those of a near length are compared.
create table hit_index_token (
  token text collate "C" primary key,
  reversed text collate "C" not null generated always as (reverse(token)) stored,
  letters smallint not null generated always as (char_length(token)) stored
);
--> statement-breakpoint
create index hit_index_token_reversed on hit_index_token (reversed, letters);
--> statement-breakpoint
create index hit_index_token_letters on hit_index_token (letters, token);
--> statement-breakpoint
-- Ids that were erased for good: SHA-256 of the id, so that this list does not itself say what was erased.
create table hit_index_erased (
  id_hash bytea primary key,
  erased_at timestamptz not null default now()
);
--> statement-breakpoint
-- Moves with every erasure: writers that remember which tokens are in the dictionary then ask again.
create sequence hit_index_erasures;
