-- By the primary key, whose rows of an hour are bounded (protocol::limits::BOOKS_SDKS_MAX, BOOKS_REASONS_MAX).
select signal, outcome, reason, sum(n)::int8 as "n!"
from outcome_hourly
where project_id = $1
    and ($2::text is null or signal = $2)
    and hour >= $3
    and hour < $4
    and reason <> ''
group by signal, outcome, reason
order by sum(n) desc, signal, outcome, reason
limit $5
