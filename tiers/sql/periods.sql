-- When a period ends, in whole days of the house's clock; the same as `tiers/periods.py`.

-- The instant at which growth value granted at `p_at` leaves the window.
CREATE OR REPLACE FUNCTION tiers_period_end(
  p_window text, p_months int, p_joined timestamptz, p_at timestamptz, p_zone text
) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE p_window
    WHEN 'rolling' THEN
      ((today + make_interval(months => p_months))::date + 1)::timestamp AT TIME ZONE p_zone
    WHEN 'calendar_year' THEN
      make_date(extract(year FROM today)::int + 1, 1, 1)::timestamp AT TIME ZONE p_zone
    ELSE
      (joined + make_interval(years => years
        + CASE WHEN (joined + make_interval(years => years))::date > today THEN 0 ELSE 1 END))::date::timestamp AT TIME ZONE p_zone
    END
    FROM (SELECT (p_at AT TIME ZONE p_zone)::date AS today, (p_joined AT TIME ZONE p_zone)::date AS joined) days,
         LATERAL (SELECT (extract(year FROM today) - extract(year FROM joined))::int AS years) since
$$;

-- Until when a tier reached at `p_at` is kept: the end of the next period.
CREATE OR REPLACE FUNCTION tiers_kept_until(
  p_window text, p_months int, p_joined timestamptz, p_at timestamptz, p_zone text
) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_window = 'rolling' THEN ends
              ELSE tiers_period_end(p_window, p_months, p_joined, ends, p_zone) END
    FROM (SELECT tiers_period_end(p_window, p_months, p_joined, p_at, p_zone) AS ends) this_period
$$;

-- The end of the period that began at `p_ended`, or of the one that `p_at` is in.
CREATE OR REPLACE FUNCTION tiers_kept_on_until(
  p_window text, p_months int, p_joined timestamptz, p_ended timestamptz, p_at timestamptz, p_zone text
) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN ends > p_at THEN ends
              ELSE tiers_period_end(p_window, p_months, p_joined, p_at, p_zone) END
    FROM (SELECT CASE WHEN p_window = 'rolling'
                      THEN ((p_ended AT TIME ZONE p_zone)::date + make_interval(months => p_months))::date::timestamp AT TIME ZONE p_zone
                      ELSE tiers_period_end(p_window, p_months, p_joined, p_ended, p_zone) END AS ends) next_period
$$;
