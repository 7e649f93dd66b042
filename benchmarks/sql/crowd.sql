-- What the copies of rows are made with (benchmarks/crowd.py).

-- The n-th copy of an id; the 0th is the row itself.
CREATE OR REPLACE FUNCTION bench_uuid(id uuid, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN n = 0 THEN id ELSE overlay(id::text PLACING lpad(to_hex(n), 6, '0') FROM 31)::uuid END
$$;

-- Sixteen digits that a card can have.
CREATE OR REPLACE FUNCTION bench_card_number(id bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT number FROM (SELECT '88' || lpad(id::text, 13, '0') || d AS number FROM generate_series(0, 9) d) numbers
   WHERE cards_luhn_holds(number)
$$;
