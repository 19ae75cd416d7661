-- People seen in each department on the day, and what they did.
SELECT
    u.company_id,
    u.department_id,
    count(*) AS daily,
    sum(d.requests)::BIGINT AS requests,
    sum(d.posts)::BIGINT AS posts,
    sum(d.comments)::BIGINT AS comments,
    sum(d.reactions)::BIGINT AS reactions,
    sum(d.thanks)::BIGINT AS thanks
FROM mart.user_day d
JOIN raw.users u ON u.id = d.user_id
GROUP BY u.company_id, u.department_id
ORDER BY u.company_id, u.department_id
