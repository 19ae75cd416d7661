-- The day's interaction graph: which department turned to which, how many of its people, how often.
SELECT
    p.company_id,
    a.department_id AS from_department_id,
    b.department_id AS to_department_id,
    count(DISTINCT p.user_id) AS people,
    sum(p.interactions)::BIGINT AS interactions
FROM mart.pair_day p
JOIN raw.users a ON a.id = p.user_id
JOIN raw.users b ON b.id = p.target_user_id
GROUP BY p.company_id, a.department_id, b.department_id
ORDER BY p.company_id, from_department_id, to_department_id
