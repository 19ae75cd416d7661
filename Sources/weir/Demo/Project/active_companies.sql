-- People seen in each company: on the day, and in the week that ends with it. The week is read from the records
-- themselves: days are computed in any order, and the tables of the days before may not be there yet.
SELECT
    company_id,
    count(DISTINCT user_id) FILTER (WHERE dt = $dt) AS daily,
    count(DISTINCT user_id) AS weekly
FROM raw.access_log
GROUP BY company_id
ORDER BY company_id
