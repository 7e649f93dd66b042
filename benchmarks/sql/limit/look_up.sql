\set m random(1, :members)
SELECT p.id, p.name, l.id, w.paid_in, w.gift, w.points FROM bare.person p JOIN bare.level l ON l.id = p.level JOIN bare.purse w ON w.person = p.id WHERE p.phone = '1' || lpad((:m)::text, 10, '0');
