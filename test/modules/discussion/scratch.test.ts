import { it } from 'vitest';
import { startTestService } from '../../support/service.js';
it('x', async () => {
  const s = await startTestService();
  console.log((await s.db.query(`SELECT m.kind, m.srg, (SELECT count(DISTINCT owner_id)::int FROM declarations d WHERE d.member_id = coalesce(m.method_id, m.id)) AS n, (SELECT srg FROM mappings k WHERE k.id=m.method_id) AS me FROM mappings m WHERE name IS NULL AND NOT fixed ORDER BY m.kind, m.srg`)).map((r: any) => `${r.kind} ${r.srg} ${r.n} ${r.me}`).join('\n'));
  console.log(await s.db.query(`SELECT count(*)::int, max(decision) FROM changes`));
  await s.close();
}, 60000);
