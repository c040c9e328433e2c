/** The statements of the bare server: $1 is the version's name, where there is one. */
const version = `(SELECT id FROM game_versions WHERE name = $1)`;

export const LOOKUP = `
  SELECT kind, srg, name, documentation, side FROM mappings WHERE version_id = ${version} AND srg = $2 ORDER BY kind LIMIT 1`;

const ratio = (column: string) => `length($2)::float8 / greatest(length(${column}), 1)`;
const short = 'short_name';
const inVersion = `FROM mappings WHERE version_id = ${version}`;

// What entries were called once, or are to be called; OFFSET 0 keeps the planner to the index of names.
const called = (column: string, state: string, score: number) => `
  SELECT m.id, ${score} FROM (SELECT * FROM changes WHERE ${column} = $2 OFFSET 0) AS c
    JOIN mappings m ON m.version_id = c.version_id AND m.srg = c.srg AND m.kind = c.kind
   WHERE c.version_id = ${version} AND c.state = '${state}'`;

// The ranking is the service's: a search that ranks otherwise is another search. $2 text, $3 its end, $4 initials, $5 their
// end, $6 pattern of the parts, $7 limit, $8 number.
export const SEARCH = `
  SELECT best.score, m.kind, m.srg, m.name, m.id FROM (
    SELECT id, round(max(score)::numeric, 6)::float8 AS score FROM (
      SELECT id, 1::float8 AS score ${inVersion} AND srg = $2
      UNION ALL SELECT id, 1 ${inVersion} AND name = $2
      UNION ALL SELECT id, 1 ${inVersion} AND server_name = $2
      UNION ALL SELECT id, 1 ${inVersion} AND srg_index = $8
      UNION ALL SELECT id, 0.95 ${inVersion} AND kind = 'CLASS' AND obf = $2
      UNION ALL SELECT id, CASE WHEN ${short} = $2 THEN 1 ELSE 0.7 + 0.2 * ${ratio(short)} END
        ${inVersion} AND ${short} >= $2 AND ${short} < $3
      UNION ALL SELECT id, 0.7 + 0.2 * ${ratio('srg')} ${inVersion} AND srg >= $2 AND srg < $3
      UNION ALL SELECT id, 0.5 + 0.2 * ${ratio(short)}
        ${inVersion} AND initials(${short}) >= $4 AND initials(${short}) < $5 AND ${short} ~ $6
      UNION ALL SELECT id, CASE WHEN lower(${short}) = lower($2) THEN 0.9 ELSE 0.5 * similarity(${short}, $2) END
        ${inVersion} AND ${short} % $2
      UNION ALL ${called('old_name', 'COMMITTED', 0.45)}
      UNION ALL ${called('new_name', 'STAGED', 0.48)}
    ) AS branches GROUP BY id
  ) AS best JOIN mappings m USING (id)
  ORDER BY -best.score, m.srg, m.id LIMIT $7`;

// What hangs on a member comes as JSON, ready to be pasted: it costs both sides less than rows or arrays of their own.
const classWith = (more: string) => `
  SELECT c.srg, c.name, c.obf, of_class.*
    FROM mappings c LEFT JOIN LATERAL (
      SELECT d.obf, d.obf_descriptor, d.srg_descriptor, m.srg, m.name, m.documentation, ${more}
        FROM declarations d JOIN mappings m ON m.id = d.member_id
       WHERE d.owner_id = c.id AND m.kind = 'METHOD' AND NOT m.is_constructor
       ORDER BY d.id LIMIT 100
    ) AS of_class ON true
   WHERE c.version_id = ${version} AND c.kind = 'CLASS' AND c.srg = $2`;

export const PARAMETERS = classWith(`(
  SELECT json_agg(json_build_object('srg', p.srg, 'name', p.name) ORDER BY p.slot, p.id)
    FROM mappings p WHERE p.method_id = m.id)`);

const TIME = `to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

// Who made a change stands there by number: looking three hundred of them up within this statement costs more than all the rest of it.
export const CLASS = classWith(`(
  SELECT string_agg('{"newName":' || coalesce('"' || new_name || '"', 'null') || ',"state":"' || state || '","createdAt":"' || ${TIME} ||
           '","author":' || coalesce(author_id::text, 'null') || '}', ',')
    FROM (SELECT new_name, state, created_at, author_id FROM changes h
           WHERE h.srg = m.srg AND h.version_id = m.version_id AND h.kind = m.kind ORDER BY sequence DESC LIMIT 3) AS newest)`);

// $1 ids. An account that was merged answers as the one that stayed.
export const AUTHORS = `
  SELECT u.id, coalesce(stayed.handle, u.handle)
    FROM users u LEFT JOIN users stayed ON stayed.id = u.merged_into_id WHERE u.id = ANY($1::int[])`;

export const CLASS_OTHER = `
  SELECT srg FROM (
    SELECT srg, rank() OVER (ORDER BY CASE WHEN name = $2 THEN 0 WHEN obf = $2 THEN 1 ELSE 2 END) AS place
      FROM mappings WHERE version_id = ${version} AND kind = 'CLASS' AND (name = $2 OR obf = $2 OR ${short} = $2)
  ) AS ranked WHERE place = 1`;

export const TRANSLATE = `
  SELECT srg, name FROM mappings
   WHERE version_id = ${version} AND srg = ANY(string_to_array($2, E'\\n')) AND name IS NOT NULL`;

/** The first text behind all that start with `prefix`. */
function behindPrefix(prefix: string): string {
  const points = [...prefix];
  const last = points.pop()!.codePointAt(0)!;
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return next > 0x10ffff ? `${prefix}\u{10ffff}` : points.join('') + String.fromCodePoint(next);
}

/** The parts of a camel-case query as the service takes them: initials, their end, and a pattern. */
function partsOf(text: string): { initials: string; end: string; pattern: string } | null {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(text)) return null;
  const parts = text.match(/[A-Z]?[a-z0-9]+|[A-Z]|_[A-Za-z0-9]+/g) ?? [];
  if (parts.length < 2) return null;
  let initials = '';
  let pattern = '^';
  parts.forEach((part, i) => {
    const bare = part.replace('_', '');
    initials += bare[0]!.toLowerCase();
    const camel = (i === 0 ? bare[0]! : bare[0]!.toUpperCase()) + bare.slice(1);
    pattern += `(${camel}[a-z0-9]*|${i === 0 ? '' : '_'}${bare.toUpperCase()}[A-Z0-9]*)`;
  });
  return { initials, end: behindPrefix(initials), pattern };
}

// $2 ids, a line each.
export const NAMES = `
  SELECT srg, short_name FROM mappings WHERE version_id = ${version} AND srg = ANY(string_to_array($2, E'\\n'))`;

// $1 the number behind which it goes on, or null, $2 how many.
export const FEED = `
  SELECT c.sequence, c.kind, c.srg, c.old_name, c.new_name, c.state, ${TIME}, v.name, c.author_id
    FROM changes c JOIN game_versions v ON v.id = c.version_id
   WHERE c.sequence < coalesce($1, 2147483647) ORDER BY c.sequence DESC LIMIT $2`;

/** The values of {@link SEARCH}. */
export function searchValues(query: string, version: string, limit: number): unknown[] {
  const text = query.trim().replaceAll('.', '/');
  const parts = partsOf(text);
  const number = /^i?\d{1,9}$/.test(text) ? text.replace('i', '') : null;
  return [version, text, behindPrefix(text), parts?.initials, parts?.end, parts?.pattern, limit, number];
}
