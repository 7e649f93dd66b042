-- What must hold of messages whoever writes the rows.
--
-- A message follows its graph: what has left is never waiting again, what is over stays
-- over. Whom it was decided for, in which words and for which purpose is written once;
-- a merge gives it to the member who remains, erasing takes its values.
CREATE OR REPLACE FUNCTION messaging_message_follows_its_graph() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IS DISTINCT FROM NEW.state
     AND (OLD.state || '>' || NEW.state) NOT IN (
       'waiting>held', 'waiting>sending', 'waiting>dropped', 'waiting>failed',
       'held>waiting', 'held>sending', 'held>dropped', 'held>failed',
       'sending>accepted', 'sending>delivered', 'sending>failed', 'sending>unknown',
       'sending>waiting', 'sending>dropped', 'sending>bounced', 'sending>complained',
       'unknown>accepted', 'unknown>delivered', 'unknown>bounced', 'unknown>complained',
       'unknown>failed', 'unknown>waiting', 'unknown>dropped',
       'accepted>delivered', 'accepted>bounced', 'accepted>complained', 'accepted>failed',
       'delivered>bounced', 'delivered>complained', 'bounced>complained') THEN
    RAISE EXCEPTION 'a message does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'RG009';
  END IF;
  IF (OLD.public_id, OLD.key, OLD.fingerprint, OLD.channel, OLD.version_id, OLD.purpose, OLD.created_at)
     IS DISTINCT FROM (NEW.public_id, NEW.key, NEW.fingerprint, NEW.channel, NEW.version_id, NEW.purpose, NEW.created_at)
     OR (OLD.member_id IS NULL) IS DISTINCT FROM (NEW.member_id IS NULL) THEN
    RAISE EXCEPTION 'a message stays the message it is' USING ERRCODE = 'RG009';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER messaging_message_never_off_its_graph BEFORE UPDATE ON messaging_message
  FOR EACH ROW EXECUTE FUNCTION messaging_message_follows_its_graph();
ALTER TABLE messaging_message ENABLE ALWAYS TRIGGER messaging_message_never_off_its_graph;

SELECT policies_keep_forever('messaging_messagetemplateversion');
SELECT policies_keep_forever('messaging_messagetext');
SELECT policies_keep_forever('messaging_messageevent');
SELECT policies_keep_forever('messaging_messagingpolicy');
