-- Idempotency keys of the POS API: claimed within the transaction of the effect, and
-- remembered in it. Two functions, so that each is one round trip.

-- May this request do its work? For the rest of the transaction the key is the caller's.
--
--   new       nobody did it: go on, then `api_remember`
--   answered  it was done: the answer, as it was sent
--   reused    the key stands for another request; a settled sale keeps its answer itself,
--             under the key of the books, and is never asked for here
--   running   another transaction is doing it now
--
-- The answer is looked for before the lock, so that any number may read it at once, and
-- again after it: the one we did not wait for may have committed in between, and every
-- statement of a volatile function sees what has been committed by then.
CREATE OR REPLACE FUNCTION api_claim(p_api_key bigint, p_key text, p_fingerprint bytea)
RETURNS TABLE (outcome text, status int, content_type text, body bytea)
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  v_answer    api_answer;
  v_books_key text := 'api:' || p_api_key || ':' || encode(sha256(convert_to(p_key, 'UTF8')), 'hex');
BEGIN
  FOR v_turn IN 1..2 LOOP
    SELECT * INTO v_answer FROM api_answer a WHERE a.api_key_id = p_api_key AND a.key = p_key;
    IF FOUND THEN
      IF v_answer.fingerprint = p_fingerprint THEN
        RETURN QUERY SELECT 'answered', v_answer.status::int, v_answer.content_type::text, v_answer.body;
      ELSE
        RETURN QUERY SELECT 'reused', NULL::int, NULL::text, NULL::bytea;
      END IF;
      RETURN;
    END IF;
    IF v_turn = 1 AND NOT pg_try_advisory_xact_lock(hashtextextended(p_api_key || ':' || p_key, 7071)) THEN
      RETURN QUERY SELECT 'running', NULL::int, NULL::text, NULL::bytea;
      RETURN;
    END IF;
  END LOOP;
  -- As `checkout_capture` does, but shared: a sale under this key is not settled meanwhile.
  IF NOT (pg_try_advisory_xact_lock_shared(hashtextextended('checkout:' || v_books_key, 0))) THEN
    RETURN QUERY SELECT 'running', NULL::int, NULL::text, NULL::bytea;
    RETURN;
  END IF;
  IF EXISTS (SELECT FROM checkout_sale s WHERE s.key = v_books_key) THEN
    RETURN QUERY SELECT 'reused', NULL::int, NULL::text, NULL::bytea;
    RETURN;
  END IF;
  RETURN QUERY SELECT 'new', NULL::int, NULL::text, NULL::bytea;
END
$$;

-- Keep the answer of a request that was claimed. That the key is taken already can only
-- mean that it was not claimed: the unique constraint then undoes the whole effect.
CREATE OR REPLACE FUNCTION api_remember(
  p_api_key bigint, p_key text, p_fingerprint bytea, p_status int, p_content_type text, p_body bytea, p_at timestamptz
) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO api_answer (api_key_id, key, fingerprint, status, content_type, body, created_at)
  VALUES (p_api_key, p_key, p_fingerprint, p_status, p_content_type, p_body, p_at)
$$;
