-- Beginning to hand a message over: in one statement the provider's next slot is taken
-- and the message is marked, so that whoever dies after it leaves a message of which
-- nobody knows whether it left, and whoever dies before it one that surely did not.
--
-- 0: go. More: seconds to wait. -1: it is another's by now. -2: the provider rests, or
-- has as much in hand as it takes at the same time.
--
-- Slots lie 1/N of a second apart, given out one by one under the provider's row: in no
-- second are there more than N + 1, however many hosts send: by the database's clock.
-- (It is read once the row's lock is had: before it, it would be too early.)
CREATE OR REPLACE FUNCTION messaging_begin(
  p_message bigint, p_attempt int, p_provider text, p_digest text, p_at timestamptz, p_in_hand interval,
  p_clock timestamptz DEFAULT NULL
) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
  v_provider messaging_messageprovider;
  v_in_hand int;
BEGIN
  SELECT * INTO v_provider FROM messaging_messageprovider WHERE code = p_provider;
  IF v_provider.rests_until > p_at THEN
    RETURN -2;
  END IF;
  IF v_provider.per_second > 0 OR v_provider.concurrency > 0 THEN
    SELECT * INTO v_provider FROM messaging_messageprovider WHERE code = p_provider FOR NO KEY UPDATE;
    p_clock := coalesce(p_clock, clock_timestamp());
    IF v_provider.concurrency > 0 THEN
      SELECT count(*) INTO v_in_hand FROM messaging_message
       WHERE provider = p_provider AND state = 'sending' AND handed_over_at IS NOT NULL AND lease_until > p_at;
      IF v_in_hand >= v_provider.concurrency THEN
        RETURN -2;
      END IF;
    END IF;
    IF v_provider.per_second > 0 AND v_provider.next_at > p_clock THEN
      RETURN extract(epoch FROM v_provider.next_at - p_clock);
    END IF;
  END IF;
  UPDATE messaging_message
     SET handed_over_at = p_at, lease_until = p_at + p_in_hand, address_digest = coalesce(nullif(p_digest, ''), address_digest)
   WHERE id = p_message AND state = 'sending' AND attempts = p_attempt AND handed_over_at IS NULL AND lease_until > p_at;
  IF NOT FOUND THEN
    RETURN -1;
  END IF;
  IF v_provider.per_second > 0 THEN
    UPDATE messaging_messageprovider SET next_at = p_clock + interval '1 second' / v_provider.per_second
     WHERE id = v_provider.id;
  END IF;
  RETURN 0;
END
$$;

-- A message was taken: in one statement it is accepted (or delivered), told so once, and
-- its provider answers again. False where it is another's by now, or is over. A worker
-- that was taken to be dead may still tell what it knows.
CREATE OR REPLACE FUNCTION messaging_accept(
  p_message bigint, p_attempt int, p_state text, p_reference text, p_detail text, p_at timestamptz
) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  v_provider text;
BEGIN
  UPDATE messaging_message
     SET state = p_state, reason = '', due_at = NULL, lease_until = NULL, handed_over_at = NULL, sealed_values = '',
         accepted_at = p_at, provider_reference = p_reference
   WHERE id = p_message AND attempts = p_attempt AND state IN ('sending', 'unknown')
  RETURNING provider INTO v_provider;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO messaging_messageevent (message_id, kind, at, detail) VALUES (p_message, p_state, p_at, p_detail)
  ON CONFLICT DO NOTHING;
  UPDATE messaging_messageprovider SET failures = 0, rests_until = NULL WHERE code = v_provider AND failures > 0;
  RETURN true;
END
$$;

-- What one line to a provider does between two messages, in one commit: the one that was
-- just taken is written down, and the next begins. Whoever dies leaves at most one
-- message for each line of which nobody knows.
CREATE OR REPLACE FUNCTION messaging_accept_and_begin(
  p_taken bigint, p_taken_attempt int, p_state text, p_reference text, p_detail text,
  p_message bigint, p_attempt int, p_provider text, p_digest text, p_at timestamptz, p_in_hand interval
) RETURNS numeric
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM messaging_accept(p_taken, p_taken_attempt, p_state, p_reference, p_detail, p_at);
  RETURN messaging_begin(p_message, p_attempt, p_provider, p_digest, p_at, p_in_hand);
END
$$;
