\set account random(:first, :last)
\set amount random(1, 100)
SELECT entry_id, replayed, posting_ids, debits_after, credits_after FROM ledger_post_entry(
  'sale', 'sale:' || gen_random_uuid(), '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', now(), current_date,
  :actor, NULL, NULL, NULL, NULL, NULL, 'bench', '',
  ARRAY[:account]::bigint[], ARRAY[:sales]::bigint[], ARRAY[:amount]::bigint[],
  ARRAY[NULL]::timestamptz[], ARRAY[NULL]::bigint[]);
