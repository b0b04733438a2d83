-- Where shortened links of posts lead, as the shorteners answered: asked once for all collectors.
CREATE TABLE link_redirect (
  -- SHA-256 of the shortened address.
  link bytea PRIMARY KEY,
  -- Null where it led nowhere. An address out of a post: gone once it expires, within a week.
  target text,
  expires_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE INDEX link_redirect_expires ON link_redirect (expires_at);
