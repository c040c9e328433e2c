-- What PostGraphile's documents call computed columns: functions that it inlines into its own statements.
CREATE FUNCTION mappings_methods(entry mappings) RETURNS SETOF declarations LANGUAGE sql STABLE AS $$
  SELECT d.* FROM declarations d JOIN mappings m ON m.id = d.member_id
   WHERE d.owner_id = entry.id AND m.kind = 'METHOD' AND NOT m.is_constructor ORDER BY d.id
$$;

CREATE FUNCTION mappings_history(entry mappings) RETURNS SETOF changes LANGUAGE sql STABLE AS $$
  SELECT c.* FROM changes c
   WHERE c.srg = entry.srg AND c.version_id = entry.version_id AND c.kind = entry.kind ORDER BY c.sequence DESC
$$;
