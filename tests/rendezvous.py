"""A place where racing sessions wait for each other, so that no test hopes for luck.

Whoever comes to a meeting goes on when every other runner stands still: has come to it
too, waits for a lock, or is done. Where a guard holds, that is its holder alone, with
all others before the lock; where it is taken away, all have read before one writes.
"""

import os
from typing import Final

from django.db import connection

# With this set they go on from a meeting one by one and not at once: a control that
# tells another story then had hoped for luck.
ONE_BY_ONE: Final = bool(os.environ.get("RACE_ONE_BY_ONE"))
_APART: Final = """
  PERFORM pg_sleep(0.8 * (SELECT count(DISTINCT s.pid) FROM racing.stages() s
                           WHERE s.stage = v_stage AND s.pid < pg_backend_pid()));
"""

# One place in an altered function; a session that passes twice meets twice.
MEET: Final = "PERFORM racing.meet();"

_THERE = "SELECT to_regprocedure('racing.meet()') IS NOT NULL"
_CREATE = """
CREATE SCHEMA IF NOT EXISTS racing;
GRANT USAGE ON SCHEMA racing TO PUBLIC;

-- Stage 0 is held by each runner, stage n by those who have come to their nth meeting.
CREATE OR REPLACE FUNCTION racing.stages() RETURNS TABLE (pid int, stage int)
LANGUAGE sql VOLATILE AS $$
  SELECT l.pid, l.objid::int FROM pg_locks l
  JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
  WHERE l.locktype = 'advisory' AND l.classid = 771510 AND l.objsubid = 2 AND l.granted
$$;

CREATE OR REPLACE FUNCTION racing.join_in() RETURNS int
LANGUAGE sql VOLATILE AS $$
  SELECT 0 FROM pg_advisory_lock_shared(771510, 0)
$$;

CREATE OR REPLACE FUNCTION racing.leave() RETURNS int
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_stage int;
BEGIN
  FOR v_stage IN SELECT stage FROM racing.stages() WHERE pid = pg_backend_pid() LOOP
    PERFORM pg_advisory_unlock_shared(771510, v_stage);
  END LOOP;
  RETURN 0;
END
$$;

-- Who stands still: who has come so far, and who waits for one that stands still.
-- To be in a queue whose head runs on is not to stand: it moves in a moment.
CREATE OR REPLACE FUNCTION racing.late(p_stage int) RETURNS int
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_still int[];
  v_late int[];
  v_more int[];
BEGIN
  SELECT coalesce(array_agg(s.pid) FILTER (WHERE s.stage >= p_stage), '{}'),
         coalesce(array_agg(s.pid) FILTER (WHERE s.stage < p_stage), '{}')
    INTO v_still, v_late
    FROM (SELECT pid, max(stage) AS stage FROM racing.stages() GROUP BY pid) s;
  LOOP
    SELECT array_agg(l) INTO v_more FROM unnest(v_late) l
     WHERE pg_blocking_pids(l) && v_still;
    EXIT WHEN v_more IS NULL;
    v_still := v_still || v_more;
    SELECT coalesce(array_agg(l), '{}') INTO v_late FROM unnest(v_late) l
     WHERE l <> ALL (v_more);
  END LOOP;
  RETURN cardinality(v_late);
END
$$;

CREATE OR REPLACE FUNCTION racing.meet() RETURNS int
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_patience constant timestamptz := clock_timestamp() + interval '120 s';
  v_stage int;
BEGIN
  SELECT max(stage) + 1 INTO v_stage FROM racing.stages()
   WHERE pid = pg_backend_pid();
  IF v_stage IS NULL THEN
    RETURN 0;  -- who does not race waits for nobody
  END IF;
  PERFORM pg_advisory_lock_shared(771510, v_stage);
  WHILE racing.late(v_stage) > 0 LOOP
    IF clock_timestamp() > v_patience THEN
      RAISE EXCEPTION 'some of the runners never came to the meeting';
    END IF;
    PERFORM pg_sleep(0.01);
  END LOOP;
  -- on they go
  RETURN 0;
END
$$;

CREATE OR REPLACE FUNCTION racing.see_somebody() RETURNS int
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_patience constant timestamptz := clock_timestamp() + interval '120 s';
BEGIN
  WHILE NOT EXISTS (SELECT FROM racing.stages() WHERE stage > 0) LOOP
    IF clock_timestamp() > v_patience THEN
      RAISE EXCEPTION 'nobody ever came to the meeting';
    END IF;
    PERFORM pg_sleep(0.004);
  END LOOP;
  RETURN 0;
END
$$;
"""


def prepare() -> None:
    """The place is in the database, once for all its tests."""
    with connection.cursor() as cursor:
        cursor.execute(_THERE)
        if not cursor.fetchone()[0]:
            apart = _APART if ONE_BY_ONE else ""
            cursor.execute(_CREATE.replace("  -- on they go\n", apart))


def join_in() -> None:
    """From now on the meetings of others wait for this session."""
    _call("join_in")


def leave() -> None:
    """Nobody waits for this session any more."""
    _call("leave")


def meet() -> None:
    """Wait here until every other runner has come, waits for a lock, or is done."""
    _call("meet")


def see_somebody() -> None:
    """Wait until one of the others has come to a meeting: it begins, we go second."""
    _call("see_somebody")


def _call(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT racing.{function}()")
