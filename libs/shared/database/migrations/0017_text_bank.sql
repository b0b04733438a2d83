-- Known texts to be recognised in posts. `words` are the numbers of an item's normalised words in their order, four bytes
-- each: what matching needs. They are no secret (short words can be guessed from their numbers) and no text either.
CREATE TABLE text_bank_item (
  id uuid PRIMARY KEY,
  -- Grows with every change: verdicts name it.
  version integer NOT NULL CHECK (version > 0),
  -- The ruleset from which on the item is as it is here; classifiers read what changed since theirs.
  ruleset integer NOT NULL,
  -- Removed items keep their id and who removed them; label, words and text are emptied.
  removed boolean NOT NULL DEFAULT false,
  enabled boolean NOT NULL,
  label text NOT NULL,
  -- Items of one statement are its wordings and translations: counted and alerted as one.
  statement text COLLATE "C",
  language text COLLATE "C" NOT NULL,
  severity text COLLATE "C" NOT NULL,
  indicator text COLLATE "C" NOT NULL,
  region text,
  stance text COLLATE "C" NOT NULL,
  tlp text COLLATE "C" NOT NULL,
  provenance text NOT NULL,
  note text NOT NULL,
  expires_at timestamptz,
  -- The statement itself, only where the organisation chose to keep it.
  text text,
  words bytea NOT NULL,
  -- Which reading of texts made the words (see READING): items of another one are not matched.
  reading integer NOT NULL,
  -- SHA-256 of the words, its first half: one item for one text. Null once removed.
  hash uuid UNIQUE,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL
);
--> statement-breakpoint
CREATE INDEX text_bank_item_ruleset ON text_bank_item (ruleset);
--> statement-breakpoint
CREATE INDEX text_bank_item_label ON text_bank_item (label, id) WHERE NOT removed;
--> statement-breakpoint
CREATE INDEX text_bank_item_expiry ON text_bank_item (expires_at) WHERE enabled AND NOT removed;
