-- Whom to tell when an alert opens, and what became of each telling.
CREATE TABLE notification_channel (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('mail', 'webhook')),
  name text NOT NULL,
  -- mail: {"to": […]}; webhook: {"url": …}
  target jsonb NOT NULL,
  -- Standard Webhooks secret; never given out again after it was made.
  secret text,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL
);
--> statement-breakpoint
-- Written in the transaction that opens the alert. id follows from alert and channel, and is the webhook-id and the
-- Message-ID, so that a receiver recognises a repeat. Due times are here; jobs only wake the work.
CREATE TABLE delivery (
  id text PRIMARY KEY,
  channel_id uuid NOT NULL REFERENCES notification_channel (id) ON DELETE CASCADE,
  -- Null for a test.
  alert_id uuid REFERENCES alert (id) ON DELETE CASCADE,
  state text NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),
  attempts integer NOT NULL DEFAULT 0,
  reason text,
  created_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  settled_at timestamptz
);
--> statement-breakpoint
CREATE INDEX delivery_pending ON delivery (due_at) WHERE state = 'pending';
--> statement-breakpoint
CREATE INDEX delivery_by_time ON delivery (created_at, id);
