-- Everybody was brought in from elsewhere.
INSERT INTO imports_externalref (source, kind, reference, member_id, brought, erased, made_at)
SELECT 'bench', 'member', 'M' || id, id, '{}', false, joined_at FROM members_member
