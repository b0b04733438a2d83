-- Published rule packs. A version never changes: a verdict names the one that made it for as long as it is kept.
CREATE TABLE pack_version (
  name text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  -- Of the content with its keys in order, hexadecimal.
  sha256 text NOT NULL CHECK (length(sha256) = 64),
  content jsonb NOT NULL,
  published_at timestamptz NOT NULL,
  published_by text NOT NULL,
  PRIMARY KEY (name, version)
);
--> statement-breakpoint
-- One row for every published combination of packs; the highest number is the one in force. Numbers are given under an
-- advisory lock held until commit, so that a reader who sees one has seen all below it.
CREATE TABLE ruleset (
  number integer PRIMARY KEY,
  published_at timestamptz NOT NULL,
  published_by text NOT NULL,
  -- Why it was made, for a person: `isis-messaging 3 published`.
  cause text NOT NULL
);
--> statement-breakpoint
CREATE TABLE ruleset_pack (
  ruleset integer NOT NULL REFERENCES ruleset (number) ON DELETE CASCADE,
  name text NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (ruleset, name),
  FOREIGN KEY (name, version) REFERENCES pack_version (name, version)
);
--> statement-breakpoint
CREATE FUNCTION refuse_pack_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a published pack version never changes: publish a new one';
END $$;
--> statement-breakpoint
CREATE TRIGGER pack_version_is_immutable BEFORE UPDATE ON pack_version
  FOR EACH ROW EXECUTE FUNCTION refuse_pack_change();
