-- The code of a member's own coupon from a random UUID's sixteen bytes, of which eleven
-- give five bits each; the last character is the check. The twin of
-- `coupons.codes.check_character`: a test holds them together. One plain expression, so
-- that it is inlined: a million are made in one statement.
CREATE OR REPLACE FUNCTION coupons_code(b bytea) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT chr(get_byte('0123456789ABCDEFGHJKMNPQRSTVWXYZ'::bytea, (get_byte(b, 0) & 31))) ||
         chr(get_byte('0123456789ABCDEFGHJKMNPQRSTVWXYZ'::bytea, (get_byte(b, 1) & 31))) ||
         chr(get_byte('0123456789ABCDEFGHJKMNPQRSTVWXYZ'::bytea, (get_byte(b, 2) & 31))) ||
         chr(get_byte('0123456789ABCDEFGHJKMNPQRSTVWXYZ'::bytea, (get_byte(b, 3) & 31))) ||
         chr(get_byte('0123456789ABCDEFGHJKMNPQRSTVWXYZ'::bytea, (get_byte(b, 4) & 31))) ||
         chr(get_byte('0123456789ABCDEFGHJKMNPQRSTVWXYZ'::bytea, (get_byte(b, 5) & 31))) ||
         chr(get_byte('0123456789ABCDEFGHJKMNPQRSTVWXYZ'::bytea, (get_byte(b, 8) & 31))) ||
         chr(get_byte('0123456789ABCDEFGHJKMNPQRSTVWXYZ'::bytea, (get_byte(b, 9) & 31))) ||
         chr(get_byte('0123456789ABCDEFGHJKMNPQRSTVWXYZ'::bytea, (get_byte(b, 10) & 31))) ||
         chr(get_byte('0123456789ABCDEFGHJKMNPQRSTVWXYZ'::bytea, (get_byte(b, 11) & 31))) ||
         chr(get_byte('0123456789ABCDEFGHJKMNPQRSTVWXYZ'::bytea, (get_byte(b, 12) & 31))) ||
         chr(get_byte('0123456789ABCDEFGHJKMNPQRSTVWXYZ'::bytea, (
           (get_byte(b, 0) & 31)
           + 3 * (get_byte(b, 1) & 31)
           + 5 * (get_byte(b, 2) & 31)
           + 7 * (get_byte(b, 3) & 31)
           + 9 * (get_byte(b, 4) & 31)
           + 11 * (get_byte(b, 5) & 31)
           + 13 * (get_byte(b, 8) & 31)
           + 15 * (get_byte(b, 9) & 31)
           + 17 * (get_byte(b, 10) & 31)
           + 19 * (get_byte(b, 11) & 31)
           + 21 * (get_byte(b, 12) & 31)
         ) & 31))
$$;
