-- How many of the day's people thanked a colleague, and with how many cards, in each company.
SELECT
    company_id,
    count(*) AS active,
    count(*) FILTER (WHERE thanks > 0) AS thankers,
    sum(thanks)::BIGINT AS cards
FROM mart.user_day
GROUP BY company_id
ORDER BY company_id
