-- The demo's counts, few beside the real ones: found, summed and removed without reading those.
CREATE INDEX count_bucket_demo ON count_bucket (slogan, bucket) WHERE demo;
--> statement-breakpoint
-- A stretch of time over all slogans: the volumes by slogan, and what retention removes each hour. Rows come nearly in the
-- order of time, so that a summary per range of blocks is enough and costs writers next to nothing.
CREATE INDEX count_bucket_by_time ON count_bucket USING brin (bucket) WITH (autosummarize = on);
--> statement-breakpoint
CREATE INDEX slogan_count_by_time ON slogan_count USING brin (bucket) WITH (autosummarize = on);
