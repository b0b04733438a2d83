-- Hits of one instant come in the order of their ids, on every engine: the number of a row says when this index was
-- filled, which no other engine can know, and which changes when it is filled again.
create index hit_index_by_time_and_id on hit_index (event_time, id);
--> statement-breakpoint
-- The program before sorts by (event_time, n): it finds its order by sorting the few hits of an instant.
drop index hit_index_by_time;
