-- Of the people seen seven days before: how many are seen on the day, and how many in the seven days up to it.
WITH seen AS (
    SELECT
        company_id,
        user_id,
        bool_or(dt = $dt - 7) AS before,
        bool_or(dt = $dt) AS today,
        bool_or(dt > $dt - 7) AS since
    FROM raw.access_log
    GROUP BY company_id, user_id
)
SELECT
    company_id,
    count(*) AS cohort,
    count(*) FILTER (WHERE today) AS retained_day,
    count(*) FILTER (WHERE since) AS retained_week
FROM seen
WHERE before
GROUP BY company_id
ORDER BY company_id
