-- A referral code: ten signs of an alphabet without look-alikes, 50 random bits.
--
-- Among ten million members the chance that any two ever met is one in twenty; the
-- unique index refuses the second, and whoever enrols is given another.
CREATE OR REPLACE FUNCTION members_referral_code() RETURNS text
LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + (get_byte(random.bytes, place) & 31), 1), '')
    FROM (SELECT uuid_send(gen_random_uuid()) AS bytes OFFSET 0) random,
         unnest(ARRAY[0, 1, 2, 3, 4, 5, 9, 10, 11, 12]) AS place  -- bytes 6 and 8 are fixed in part
$$;
