// What exports are measured against: what \copy … to stdout does, behind node:http. One statement writes the lines of a TSRG file in
// the database; this hands them on. Settings: PORT, HOST, DATABASE_URL, VERSION.
import { createServer } from 'node:http';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10, options: '-c jit=off' });
const version = String(Number(process.env.VERSION));

// Tabs within a line would be escaped as columns are parted by them: another delimiter that no name has.
const COPY = `COPY (
  SELECT line FROM (
    SELECT c.obf AS owner, 0 AS part, '' AS member, c.obf || ' ' || c.srg AS line
      FROM mappings c WHERE c.version_id = ${version} AND c.kind = 'CLASS'
    UNION ALL
    SELECT c.obf, CASE m.kind WHEN 'FIELD' THEN 1 ELSE 2 END, d.obf,
           chr(9) || d.obf || CASE m.kind WHEN 'FIELD' THEN ' ' ELSE ' ' || d.obf_descriptor || ' ' END || m.srg
      FROM declarations d JOIN mappings m ON m.id = d.member_id JOIN mappings c ON c.id = d.owner_id
     WHERE d.version_id = ${version} AND NOT m.is_constructor
  ) lines ORDER BY length(owner), owner COLLATE "C", part, length(member), member COLLATE "C"
) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')`;

const server = createServer((request, response) => {
  if (request.url === '/') return void response.end();
  void (async () => {
    const client = await pool.connect();
    try {
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      await pipeline(client.query(copyTo(COPY)), response);
      client.release();
    } catch (error) {
      client.release(error as Error);
      response.destroy();
    }
  })();
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.on('SIGTERM', () => process.exit(0));
