-- The log between the services. docs: libs/shared/bus/README.md

-- A topic's partition count is fixed when it is first made: the partition of a key must never change,
-- or messages of one key could be read out of order.
CREATE TABLE bus_topic (
  name text PRIMARY KEY,
  partitions smallint NOT NULL CHECK (partitions BETWEEN 1 AND 1024),
  created_at timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
-- The head of each partition. Its row lock orders publishers: offsets are given under it and it is held until
-- commit, so that what a reader sees is always a prefix (a sequence would let it pass a late commit).
-- last_at keeps published_at from going backwards, so that a reader can skip older tables of bus_log.
CREATE TABLE bus_partition (
  topic text NOT NULL REFERENCES bus_topic (name),
  partition smallint NOT NULL,
  next_offset bigint NOT NULL DEFAULT 0,
  last_at timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (topic, partition)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
--> statement-breakpoint
-- One row holds a chunk: up to 1,000 messages of one partition, as a JSON array of [key, value], zstd where that pays.
-- `bytes` is the size unpacked; `schema` the fingerprint of the schema that the writer knew.
CREATE TABLE bus_log (
  topic text NOT NULL,
  partition smallint NOT NULL,
  base_offset bigint NOT NULL,
  published_at timestamptz NOT NULL,
  count integer NOT NULL CHECK (count > 0),
  bytes integer NOT NULL,
  schema text NOT NULL,
  payload bytea NOT NULL,
  PRIMARY KEY (topic, partition, base_offset, published_at)
) PARTITION BY RANGE (published_at);
--> statement-breakpoint
-- Packed already: PostgreSQL need not try again.
ALTER TABLE bus_log ALTER COLUMN payload SET STORAGE EXTERNAL;
--> statement-breakpoint
-- Where each group stands, and who works on the partition. `generation` grows with every assignment: a commit names
-- the one it belongs to, so that one who lost the partition changes nothing.
CREATE TABLE bus_offset (
  topic text NOT NULL REFERENCES bus_topic (name),
  consumer_group text NOT NULL,
  partition smallint NOT NULL,
  next_offset bigint NOT NULL DEFAULT 0,
  owner integer,
  generation bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (topic, consumer_group, partition)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
--> statement-breakpoint
-- Consumers that live: each renews its lease, and its process holds the advisory lock (7318, id) on an open connection.
-- Either gone, its partitions are free: at once after a crash, after the lease where it only hangs.
CREATE TABLE bus_consumer (
  id integer PRIMARY KEY,
  topic text NOT NULL,
  consumer_group text NOT NULL,
  process text NOT NULL,
  lease_until timestamptz NOT NULL
);
--> statement-breakpoint
CREATE SEQUENCE bus_consumer_id AS integer CYCLE;
--> statement-breakpoint
-- What no handler could take, with the reason. `payload` is bytes because poison may hold what text and jsonb refuse (U+0000).
CREATE TABLE bus_dead_letter (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  consumer_group text NOT NULL,
  partition smallint NOT NULL,
  "offset" bigint NOT NULL,
  count integer NOT NULL DEFAULT 1,
  key text NOT NULL,
  payload bytea NOT NULL,
  reason text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (topic, consumer_group, partition, "offset")
);
--> statement-breakpoint
-- Appends chunks to a topic: one call is one transaction with one round trip, so that the row locks are held for as short
-- as can be. p_partitions must ascend (locks are taken in that order, so that two publishers never deadlock); p_payload
-- holds the chunks back to back, p_lengths their lengths.
CREATE FUNCTION bus_append(
  p_topic text, p_schema text, p_partitions smallint[], p_counts integer[], p_bytes integer[], p_lengths integer[],
  p_payload bytea, p_wake boolean
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  i integer;
  start integer := 1;
  head bigint;
  stamp timestamptz;
BEGIN
  FOR i IN 1 .. cardinality(p_partitions) LOOP
    UPDATE bus_partition
      SET next_offset = next_offset + p_counts[i], last_at = greatest(last_at, clock_timestamp())
      WHERE topic = p_topic AND partition = p_partitions[i]
      RETURNING next_offset, last_at INTO head, stamp;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'topic % has no partition %', p_topic, p_partitions[i] USING ERRCODE = 'no_data_found';
    END IF;
    INSERT INTO bus_log (topic, partition, base_offset, published_at, count, bytes, schema, payload)
      VALUES (p_topic, p_partitions[i], head - p_counts[i], stamp, p_counts[i], p_bytes[i], p_schema,
              substring(p_payload FROM start FOR p_lengths[i]));
    start := start + p_lengths[i];
  END LOOP;
  IF p_wake THEN
    PERFORM pg_notify('vigil_bus_' || p_topic, '');
  END IF;
END $$;
--> statement-breakpoint
-- Moves offsets of a group after their effect; returns the partitions moved. One that is missing was fenced: another owns it,
-- or it no longer stands where the caller believes. Not waiting for the disk (synchronous_commit off) is safe here: an
-- offset lost in a crash of PostgreSQL is work done again, which every consumer allows for, never work skipped.
CREATE FUNCTION bus_commit(
  p_topic text, p_group text, p_owner integer, p_partitions smallint[], p_generations bigint[], p_expected bigint[],
  p_next bigint[]
) RETURNS SETOF smallint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  RETURN QUERY
    UPDATE bus_offset o SET next_offset = c.next
      FROM unnest(p_partitions, p_generations, p_expected, p_next) AS c(partition, generation, expected, next)
      WHERE o.topic = p_topic AND o.consumer_group = p_group AND o.partition = c.partition
        AND o.owner = p_owner AND o.generation = c.generation AND o.next_offset = c.expected
      RETURNING o.partition;
END $$;
--> statement-breakpoint
-- Makes the tables of bus_log that publishing needs until p_until, six hours wide each. Safe to call from several
-- processes; attaching does not stop readers or writers.
CREATE FUNCTION bus_extend_log(p_until timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  width CONSTANT interval := '6 hours';
  newest timestamptz;
  lower_bound timestamptz;
  name text;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(7318, 0);
  -- A clock that was set back leaves heads in the future: their table is needed too.
  SELECT max(last_at) INTO newest FROM bus_partition WHERE last_at > '-infinity';
  FOR lower_bound IN
    SELECT generate_series(date_bin(width, clock_timestamp(), '2000-01-01Z'), p_until, width)
    UNION SELECT date_bin(width, newest, '2000-01-01Z') WHERE newest IS NOT NULL
  LOOP
    name := 'bus_log_' || to_char(lower_bound AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24');
    CONTINUE WHEN to_regclass(quote_ident(name)) IS NOT NULL;
    EXECUTE format('CREATE TABLE %I (LIKE bus_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)', name);
    EXECUTE format('ALTER TABLE bus_log ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, lower_bound, lower_bound + width);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;
