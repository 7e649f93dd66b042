-- A time-ordered UUID (RFC 9562, version 7): 48 bits of milliseconds, then randomness.
-- Our own because uuidv7() exists only from PostgreSQL 18, and 15 is supported.
-- It also takes 12 random bits' worth of sub-millisecond order from nowhere: two ids of
-- one millisecond have no order; `ledger_entry.seq` is what orders entries.
CREATE OR REPLACE FUNCTION ledger_uuid7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT encode(
    set_bit(set_bit(
      overlay(
        uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
        FROM 1 FOR 6
      ), 52, 1), 53, 1),
    'hex')::uuid
$$;
