-- The next free link, and a number that every change of the project's links raises: persons can be remembered by it.
alter table work
    add column next_link int8 not null default 1,
    add column links_version int8 not null default 0
