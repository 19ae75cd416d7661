-- A score from 0 to 100 for each department seen on the day: half of it for the share of its people who were there,
-- 30 for the share of those who contributed, 20 for the share who turned to another department.
WITH across AS (
    SELECT DISTINCT p.user_id
    FROM mart.pair_day p
    JOIN raw.users a ON a.id = p.user_id
    JOIN raw.users b ON b.id = p.target_user_id
    WHERE a.department_id <> b.department_id
),
people AS (
    SELECT
        u.company_id,
        u.department_id,
        count(*) AS active,
        count(*) FILTER (WHERE d.posts + d.comments + d.reactions + d.thanks > 0) AS contributors,
        count(across.user_id) AS connected
    FROM mart.user_day d
    JOIN raw.users u ON u.id = d.user_id
    LEFT JOIN across ON across.user_id = d.user_id
    GROUP BY u.company_id, u.department_id
)
SELECT
    p.company_id,
    p.department_id,
    d.name AS department,
    d.headcount,
    p.active,
    p.contributors,
    p.connected,
    -- In tenths of a point, so that no rounding hides in it.
    (500 * p.active // d.headcount + 300 * p.contributors // p.active + 200 * p.connected // p.active) / 10 AS score
FROM people p
JOIN raw.departments d ON d.id = p.department_id
ORDER BY p.company_id, p.department_id
