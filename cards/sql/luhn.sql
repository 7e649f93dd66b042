-- Does a number's last digit fit the others? Every second digit from the right counts
-- double, its digits summed; the sum is a multiple of ten.
CREATE OR REPLACE FUNCTION cards_luhn_holds(p_number text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT p_number ~ '^[0-9]+$' AND sum(
           CASE WHEN (length(p_number) - i) % 2 = 0 THEN d
                WHEN d > 4 THEN 2 * d - 9
                ELSE 2 * d END) % 10 = 0
    FROM (SELECT i, ascii(substr(p_number, i, 1)) - 48 AS d FROM generate_series(1, length(p_number)) i) digits
$$;
