-- Samples of refused items that show one of the ids. A short one is looked for in its quotes only.
delete from rejection r
where r.project_id = $1 and exists (
    select from unnest($2::text[]) as i (id)
    where position(to_json(i.id)::text in r.excerpt) > 0
    or length(i.id) >= 4 and position(i.id in concat_ws(' ', r.excerpt, r.message, r.item_id, r.name)) > 0
)
