\set g random(1, :members)
\set code (:g * 104729) % 10000000019
SELECT bare.debit(gen_random_uuid(), 'G' || lpad((:code)::text, 11, '0'), 1);
