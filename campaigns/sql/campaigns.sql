-- What must hold of campaigns whoever writes the rows.
--
-- The bucket of a member under a salt, 0 to 9999: the same for ever, and of one salt it
-- tells nothing about another.
CREATE OR REPLACE FUNCTION campaigns_bucket(p_salt text, p_member bigint) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (('x' || substr(encode(sha256(convert_to(p_salt || ':' || p_member, 'UTF8')), 'hex'), 1, 8))::bit(32)::bigint % 10000)::int
$$;

-- A campaign follows its graph: what was stopped or is finished never runs again.
CREATE OR REPLACE FUNCTION campaigns_campaign_follows_its_graph() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IS DISTINCT FROM NEW.state
     AND (OLD.state || '>' || NEW.state) NOT IN (
       'draft>running', 'draft>stopped', 'running>paused', 'running>stopped', 'running>finished',
       'paused>running', 'paused>stopped') THEN
    RAISE EXCEPTION 'a campaign does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'RG009';
  END IF;
  IF (OLD.kind, OLD.salt) IS DISTINCT FROM (NEW.kind, NEW.salt) OR NEW.version < OLD.version THEN
    RAISE EXCEPTION 'a campaign keeps its kind and its salt' USING ERRCODE = 'RG009';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER campaigns_campaign_never_off_its_graph BEFORE UPDATE ON campaigns_campaign
  FOR EACH ROW EXECUTE FUNCTION campaigns_campaign_follows_its_graph();
ALTER TABLE campaigns_campaign ENABLE ALWAYS TRIGGER campaigns_campaign_never_off_its_graph;

-- The steps of a version stand still once somebody goes through them.
CREATE OR REPLACE FUNCTION campaigns_step_stands_still() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM campaigns_journey j
    WHERE j.campaign_id = OLD.campaign_id AND j.version = OLD.version LIMIT 1;
  IF FOUND OR TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'somebody goes through these steps' USING ERRCODE = 'RG009';
  END IF;
  RETURN OLD;
END
$$;
CREATE OR REPLACE TRIGGER campaigns_campaignstep_stands_still BEFORE UPDATE OR DELETE ON campaigns_campaignstep
  FOR EACH ROW EXECUTE FUNCTION campaigns_step_stands_still();
ALTER TABLE campaigns_campaignstep ENABLE ALWAYS TRIGGER campaigns_campaignstep_stands_still;

-- A journey that is over stays over; whose it is changes by a merge only.
CREATE OR REPLACE FUNCTION campaigns_journey_goes_forward() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL AND (NEW.due_at, NEW.ended_at, NEW.outcome)
       IS DISTINCT FROM (OLD.due_at, OLD.ended_at, OLD.outcome)
     OR NEW.next_position < OLD.next_position
     OR (OLD.campaign_id, OLD.version, OLD.arm, OLD.period, OLD.entered_at)
        IS DISTINCT FROM (NEW.campaign_id, NEW.version, NEW.arm, NEW.period, NEW.entered_at) THEN
    RAISE EXCEPTION 'a journey goes forward only' USING ERRCODE = 'RG009';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER campaigns_journey_goes_forward BEFORE UPDATE ON campaigns_journey
  FOR EACH ROW EXECUTE FUNCTION campaigns_journey_goes_forward();
ALTER TABLE campaigns_journey ENABLE ALWAYS TRIGGER campaigns_journey_goes_forward;
