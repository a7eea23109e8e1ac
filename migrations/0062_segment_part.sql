-- What of a segment is read apart: mostly one column. analysis::segment::codec says how it is encoded.
create table segment_part (
    project_id int4 not null,
    segment_id int8 not null,
    part int2 not null,
    bytes bytea not null,
    primary key (project_id, segment_id, part)
)
