-- A name has a number of places. A series that gave its place to a heavier one is folded: its history stays, and its points
-- count in `__other__` until it has a place again. exchanged_at says when its place was last given or taken by an exchange.
alter table metric_series
    add column folded boolean not null default false,
    add column exchanged_at timestamptz
