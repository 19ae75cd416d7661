-- What each person did on the day.
SELECT
    company_id,
    user_id,
    count(*) AS requests,
    count(*) FILTER (WHERE action = 'post' AND status < 400) AS posts,
    count(*) FILTER (WHERE action = 'comment' AND status < 400) AS comments,
    count(*) FILTER (WHERE action = 'reaction' AND status < 400) AS reactions,
    count(*) FILTER (WHERE action = 'thanks' AND status < 400) AS thanks
FROM raw.access_log
GROUP BY company_id, user_id
ORDER BY company_id, user_id
