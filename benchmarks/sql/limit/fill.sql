-- As many people as the other side has, with as much in hand: two lots of points, two
-- vouchers, a purse and a gift card each. References are not looked at while this runs.
INSERT INTO bare.person (id, phone, card, name, level, born, seen)
SELECT n, '1' || lpad(n::text, 10, '0'), 'C' || lpad((n * 7919 %% 10000000019)::text, 11, '0'), 'Member ' || n, (n %% 4)::smallint,
       date '1950-01-01' + (random() * 20000)::int, now() - random() * interval '1 year'
  FROM generate_series(%(since)s::bigint, %(until)s::bigint) n;

INSERT INTO bare.purse SELECT n, 100000000, 20000000, 2000 FROM generate_series(%(since)s::bigint, %(until)s::bigint) n;

INSERT INTO bare.batch (person, earned, rest, until)
SELECT n, 1000, 1000, current_date + 30 + (random() * 300)::int
  FROM generate_series(%(since)s::bigint, %(until)s::bigint) n, generate_series(1, 2);

INSERT INTO bare.voucher (promise, person, code)
SELECT k, n, upper(left(md5(n || ':' || k), 14))
  FROM generate_series(%(since)s::bigint, %(until)s::bigint) n, generate_series(1, 2) k;

INSERT INTO bare.plastic
SELECT n, 'G' || lpad((n * 104729 %% 10000000019)::text, 11, '0'), 100000000
  FROM generate_series(%(since)s::bigint, %(until)s::bigint) n
