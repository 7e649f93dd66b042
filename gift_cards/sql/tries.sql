-- The wrong tries of callers and at a code, as they stand at this very moment.
--
-- Volatile, so that it sees what was committed while the statement that calls it waited
-- for a card's lock.
CREATE OR REPLACE FUNCTION gift_cards_tries(p_subjects text[]) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET enable_seqscan = off AS $$
BEGIN
  RETURN (SELECT jsonb_object_agg(t.subject, jsonb_build_array(extract(epoch FROM t.since), t.wrong))
            FROM gift_cards_giftcardtry t WHERE t.subject = ANY (p_subjects));
END
$$;
