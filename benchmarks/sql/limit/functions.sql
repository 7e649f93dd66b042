-- A whole checkout as one call: about nineteen statements, twelve rows written, six changed.
-- `p_whom` is a phone or the code of a card.
CREATE OR REPLACE FUNCTION bare.checkout(
  p_key uuid, p_whom text, p_gross int, p_points int, p_plastic text, p_from_plastic int, p_asked bytea DEFAULT '\x00'
) RETURNS jsonb
LANGUAGE plpgsql SET search_path = bare AS $$
DECLARE
  v_first record;
  v_person record;
  v_purse record;
  v_voucher record;
  v_batch record;
  v_plastic bigint;
  v_voucher_off int := 0;
  v_level_off int;
  v_points_off int := 0;
  v_plastic_off int := 0;
  v_need int;
  v_take int;
  v_due int;
  v_from_gift int;
  v_from_paid_in int;
  v_points int;
  v_bill bigint;
  v_header bigint;
  v_batches bigint[] := '{}';
  v_takes int[] := '{}';
  v_answer jsonb;
BEGIN
  INSERT INTO once (key, asked) VALUES (p_key, p_asked) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    SELECT asked, answer INTO v_first FROM once WHERE key = p_key;
    IF v_first.asked <> p_asked THEN
      RAISE EXCEPTION 'the key was used for something else';
    END IF;
    RETURN v_first.answer;
  END IF;

  SELECT p.id, l.off_bp, l.points_bp INTO v_person FROM person p JOIN level l ON l.id = p.level
   WHERE p.phone = p_whom OR p.card = p_whom;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'nobody';
  END IF;
  SELECT paid_in, gift, points INTO v_purse FROM purse WHERE person = v_person.id FOR UPDATE;

  SELECT v.id, o.off INTO v_voucher FROM voucher v JOIN promise o ON o.id = v.promise
   WHERE v.person = v_person.id AND NOT v.used AND o.least <= p_gross AND o.until >= current_date
   ORDER BY o.off DESC LIMIT 1 FOR UPDATE OF v;
  IF FOUND THEN
    v_voucher_off := v_voucher.off;
  END IF;
  v_level_off := (p_gross - v_voucher_off) * v_person.off_bp / 10000;

  v_need := least(p_points, p_gross - v_voucher_off - v_level_off, v_purse.points::int);
  FOR v_batch IN
    SELECT id, rest FROM batch WHERE person = v_person.id AND rest > 0 AND until >= current_date
     ORDER BY until, id FOR UPDATE
  LOOP
    EXIT WHEN v_need = 0;
    v_take := least(v_need, v_batch.rest);
    UPDATE batch SET rest = rest - v_take WHERE id = v_batch.id;
    v_need := v_need - v_take;
    v_points_off := v_points_off + v_take;
    v_batches := v_batches || v_batch.id;
    v_takes := v_takes || v_take;
  END LOOP;

  v_due := p_gross - v_voucher_off - v_level_off - v_points_off;
  IF p_plastic IS NOT NULL THEN
    v_plastic_off := least(p_from_plastic, v_due);
    UPDATE plastic SET balance = balance - v_plastic_off WHERE code = p_plastic AND balance >= v_plastic_off
    RETURNING id INTO v_plastic;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'not enough on the gift card';
    END IF;
    v_due := v_due - v_plastic_off;
  END IF;
  v_from_gift := least(v_purse.gift, v_due / 5);
  v_from_paid_in := v_due - v_from_gift;
  IF v_from_paid_in > v_purse.paid_in THEN
    RAISE EXCEPTION 'not enough paid in';
  END IF;
  v_points := v_due * v_person.points_bp / 10000;

  INSERT INTO bill (person, gross, voucher_off, level_off, points_off, plastic_off, from_paid_in, from_gift, points)
  VALUES (v_person.id, p_gross, v_voucher_off, v_level_off, v_points_off, v_plastic_off, v_from_paid_in, v_from_gift, v_points)
  RETURNING id INTO v_bill;
  IF v_voucher_off > 0 THEN
    UPDATE voucher SET used = true, bill = v_bill WHERE id = v_voucher.id;
  END IF;
  INSERT INTO taken (bill, batch, amount) SELECT v_bill, b, t FROM unnest(v_batches, v_takes) u (b, t);
  INSERT INTO header (kind, bill, person) VALUES (1, v_bill, v_person.id) RETURNING id INTO v_header;
  INSERT INTO leg (header, account, person, subject, amount) VALUES
    (v_header, 1, v_person.id, v_bill, -p_gross), (v_header, 2, v_person.id, v_voucher.id, v_voucher_off + v_level_off),
    (v_header, 3, v_person.id, NULL, v_from_paid_in), (v_header, 4, v_person.id, NULL, v_from_gift),
    (v_header, 5, v_person.id, NULL, v_points_off), (v_header, 6, v_person.id, v_plastic, v_plastic_off);
  INSERT INTO batch (person, earned, rest, until) VALUES (v_person.id, v_points, v_points, current_date + 365);
  UPDATE purse SET paid_in = paid_in - v_from_paid_in, gift = gift - v_from_gift, points = points - v_points_off + v_points
   WHERE person = v_person.id;
  UPDATE person SET seen = now() WHERE id = v_person.id;

  v_answer := jsonb_build_object(
    'bill', v_bill, 'gross', p_gross, 'voucher', v_voucher_off, 'level', v_level_off, 'points', v_points_off,
    'plastic', v_plastic_off, 'paid_in', v_from_paid_in, 'gift', v_from_gift, 'earned', v_points,
    'left', v_purse.paid_in - v_from_paid_in, 'points_left', v_purse.points - v_points_off + v_points);
  UPDATE once SET answer = v_answer WHERE key = p_key;
  RETURN v_answer;
END
$$;

-- A debit of a gift card and nothing else.
CREATE OR REPLACE FUNCTION bare.debit(p_key uuid, p_plastic text, p_amount bigint) RETURNS jsonb
LANGUAGE plpgsql SET search_path = bare AS $$
DECLARE
  v_plastic record;
  v_use bigint;
  v_header bigint;
  v_answer jsonb;
BEGIN
  INSERT INTO once (key, asked) VALUES (p_key, '\x00') ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN (SELECT answer FROM once WHERE key = p_key);
  END IF;
  UPDATE plastic SET balance = balance - p_amount WHERE code = p_plastic AND balance >= p_amount
  RETURNING id, balance INTO v_plastic;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'not enough on the gift card';
  END IF;
  INSERT INTO plastic_use (plastic, amount) VALUES (v_plastic.id, -p_amount) RETURNING id INTO v_use;
  INSERT INTO header (kind, person) VALUES (2, 0) RETURNING id INTO v_header;
  INSERT INTO leg (header, account, person, subject, amount)
  VALUES (v_header, 6, 0, v_plastic.id, p_amount), (v_header, 1, 0, v_plastic.id, -p_amount);
  v_answer := jsonb_build_object('use', v_use, 'balance', v_plastic.balance);
  UPDATE once SET answer = v_answer WHERE key = p_key;
  RETURN v_answer;
END
$$;
