-- Who turned to whom on the day, and how often.
SELECT
    company_id,
    user_id,
    target_user_id,
    count(*) AS interactions
FROM raw.access_log
WHERE action IN ('comment', 'reaction', 'thanks') AND status < 400 AND target_user_id <> user_id
GROUP BY company_id, user_id, target_user_id
ORDER BY company_id, user_id, target_user_id
