\set g random(1, :members)
\set gross random(2000, 9000)
\set code (:g * 104729) % 10000000019
SELECT bare.checkout(gen_random_uuid(), '1' || lpad('1', 10, '0'), :gross::int, 0, 'G' || lpad((:code)::text, 11, '0'), 500);
