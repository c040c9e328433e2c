import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { parseMappings } from '../../src/modules/formats/index.js';
import { publishAsService } from '../../src/modules/releases/publish.service.js';
import { commit, staged } from '../modules/changes/support.js';
import { importPair } from '../modules/comparison/versions.js';
import { importCsv, importFiles } from '../modules/imports/support.js';
import { signUp } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

const HOSTILE_NAME = 'a`|*<b>,"c"';
const HOSTILE_TEXT =
  '```\\n# Heading\\n</details><script>alert(1)</script> @alice [x](javascript:y)\\n\\u202E\x1b[31mred\\n';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  const { db } = service;
  await importPair(db);
  await importFiles(db, '2.0', { 'joined.tsrg': 'a net/minecraft/Alpha\n\ta field_1_a\n\tb field_2_b\n' });
  await importCsv(db, '2.0', {
    'fields.csv': `searge,name,side,desc\nfield_1_a,"${HOSTILE_NAME.replaceAll('"', '""')}",2,"${HOSTILE_TEXT}"\n`,
  });
  await importFiles(db, '2.1', { 'joined.tsrg': 'a net/minecraft/Alpha\n\ta field_1_a\n\tb field_2_b\n' });
  await importCsv(db, '2.1', { 'fields.csv': 'searge,name,side,desc\nfield_1_a,plain,2,\n' });
});
afterAll(() => service.close());

const get = (url: string, headers: Record<string, string> = {}) => service.http.inject({ url, headers });
const text = async (url: string): Promise<string> => {
  const { statusCode, body } = await get(url);
  expect([statusCode, url]).toEqual([200, url]);
  return body;
};

describe('migration', () => {
  test('migration.csv has what source code has to call otherwise', async () => {
    const answer = await get('/compare/1.0/1.1/migration.csv');
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="1.0-to-1.1-migration.csv"');
    expect(answer.body.split('\r\n')).toEqual([
      'kind,srg,change,old_owner,new_owner,classes,old_name,new_name,ambiguous',
      'CLASS,net/minecraft/Beta,MOVED,,,0,net/minecraft/Beta,net/minecraft/other/Bravo,no',
      'CLASS,net/minecraft/Beta$1,MOVED,,,0,net/minecraft/Beta$1,net/minecraft/other/Bravo$1,no',
      'CLASS,net/minecraft/Beta$Inner,MOVED,,,0,net/minecraft/Beta$Inner,net/minecraft/other/Bravo$Inner,no',
      'CLASS,net/minecraft/Gone,GONE,,,0,net/minecraft/Gone,,no',
      'METHOD,func_11_b,GONE,net/minecraft/Alpha,,1,join,,no',
      'METHOD,func_13_b,RENAMED,net/minecraft/Beta,net/minecraft/other/Bravo,1,update,refresh,yes',
      'METHOD,func_14_c,REMOVED,net/minecraft/Beta,net/minecraft/other/Bravo,1,open,func_14_c,no',
      'METHOD,func_15_a,GONE,net/minecraft/Gone,,1,close,,no',
      'METHOD,func_16_d,RENAMED,net/minecraft/Alpha,net/minecraft/Alpha,1,meet,greet,no',
      'FIELD,field_2_a,ADDED,net/minecraft/Beta,net/minecraft/other/Bravo,1,field_2_a,width,no',
      'PARAMETER,p_10_1_,RENAMED,net/minecraft/Alpha,net/minecraft/Alpha,2,count,amount,no',
      '',
    ]);
  });

  test('?all has what stays, too', async () => {
    const all = await text('/compare/1.0/1.1/migration.csv?all');
    expect(all).toContain('\r\nMETHOD,func_12_c,SAME,net/minecraft/Alpha,net/minecraft/Alpha,1,update,update,no\r\n');
    expect(all).toContain('\r\nMETHOD,func_16_d,RENAMED,');
    expect(all).not.toContain('NEW');
    expect(await text('/compare/1.0/1.1/migration.csv?all=false')).toBe(await text('/compare/1.0/1.1/migration.csv'));
  });

  test('migration.json is the same as data', async () => {
    const told = JSON.parse(await text('/compare/1.0/1.1/migration.json')) as { entries: object[] };
    expect(told).toMatchObject({
      ...{ format: 'mcp-migration', formatVersion: 1 },
      base: { target: '1.0', gameVersion: '1.0' },
      head: { target: '1.1', gameVersion: '1.1' },
    });
    expect(told.entries).toHaveLength(11);
    expect(told.entries[3]).toMatchObject({ srg: 'net/minecraft/Gone', change: 'GONE', newName: null });
    const empty = JSON.parse(await text('/compare/1.0/1.0/migration.json')) as object;
    expect(empty).toMatchObject({ entries: [] });
  });

  test('migration.tsrg maps by class and descriptor, in the names of the base', async () => {
    const tsrg = await text('/compare/1.0/1.1/migration.tsrg');
    expect(tsrg.split('\n')).toEqual([
      'net/minecraft/Alpha net/minecraft/Alpha',
      '\tmeet (Lnet/minecraft/Beta;)V greet',
      'net/minecraft/Beta net/minecraft/other/Bravo',
      '\tfield_2_a width',
      '\tupdate ()V refresh',
      '\topen ()V func_14_c',
      'net/minecraft/Beta$1 net/minecraft/other/Bravo$1',
      'net/minecraft/Beta$Inner net/minecraft/other/Bravo$Inner',
      '',
    ]);
    // As its readers see it: what they would make of the base's code is what the head calls it.
    const read = parseMappings('migration.tsrg', Buffer.from(tsrg));
    expect(read.methods.map(({ owner, obf, srg }) => `${owner}.${obf} ${srg}`)).toContain(
      'net/minecraft/Beta.update refresh',
    );
  });

  test("migration.xml is IntelliJ's map of classes, those with a name", async () => {
    expect(await text('/compare/1.0/1.1/migration.xml')).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>
<migrationMap>
  <name value="MCP 1.0 to 1.1"/>
  <description value="Classes from 1.0 to 1.1"/>
  <order value="0"/>
  <entry oldName="net.minecraft.Beta" newName="net.minecraft.other.Bravo" type="class"/>
  <entry oldName="net.minecraft.Beta.Inner" newName="net.minecraft.other.Bravo.Inner" type="class"/>
</migrationMap>
`,
    );
  });
});

describe('changelog', () => {
  test('changelog.md: counts, then names by class, then documentation', async () => {
    const answer = await get('/compare/1.0/1.1/changelog.md');
    expect(answer.headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(answer.body).toMatchInlineSnapshot(`
      "# From \`1.0\` to \`1.1\`

      - Base: game version \`1.0\`, the committed names
      - Head: game version \`1.1\`, the committed names

      |  | Moved | Renamed | New names | Removed names | New entries | Gone entries | Only documentation |
      | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
      | Classes | 3 | 0 | 0 | 0 | 1 | 1 | 0 |
      | Methods | 0 | 2 | 0 | 1 | 1 | 2 | 0 |
      | Fields | 0 | 0 | 1 | 0 | 1 | 0 | 1 |
      | Parameters | 0 | 1 | 0 | 0 | 0 | 0 | 0 |
      | All | 3 | 3 | 1 | 1 | 3 | 3 | 1 |

      ## Moved classes

      Classes of the base under which the head has other names, told by the members that they share.

      - \`net/minecraft/Beta\` → \`net/minecraft/other/Bravo\` (class)
      - \`net/minecraft/Beta$1\` → \`net/minecraft/other/Bravo$1\` (class)
      - \`net/minecraft/Beta$Inner\` → \`net/minecraft/other/Bravo$Inner\` (class)

      ## Renamed

      Entries that are called otherwise.

      ### \`net/minecraft/Alpha\`

      - \`meet\` → \`greet\` (method \`func_16_d\`)
      - \`count\` → \`amount\` (parameter \`p_10_1_\` of \`func_10_a\`, in 2 classes)

      ### \`net/minecraft/other/Bravo\`

      - \`update\` → \`refresh\` (method \`func_13_b\`)

      ## New names

      Entries that had no name.

      ### \`net/minecraft/other/Bravo\`

      - \`width\` (field \`field_2_a\`)

      ## Removed names

      Entries that have no name any more.

      ### \`net/minecraft/other/Bravo\`

      - \`open\` (method \`func_14_c\`)

      ## New entries

      Named entries that only the game version of the head has.

      ### \`net/minecraft/Alpha\`

      - \`start\` (method \`func_20_e\`)

      ### \`net/minecraft/Fresh\`

      - \`net/minecraft/Fresh\` (class)
      - \`fresh\` (field \`field_3_a\`)

      ## Gone entries

      Named entries that the game version of the head lacks.

      ### \`net/minecraft/Alpha\`

      - \`join\` (method \`func_11_b\`)

      ### \`net/minecraft/Gone\`

      - \`net/minecraft/Gone\` (class)
      - \`close\` (method \`func_15_a\`)

      ## Documentation

      ### \`net/minecraft/Alpha\`

      - \`age\` (field \`field_1_a\`)

        \`\`\`diff
        - In days.
        + In weeks.
        \`\`\`

      ### \`net/minecraft/other/Bravo\`

      - \`refresh\` (method \`func_13_b\`)

        \`\`\`diff
        - Once.
        + Twice.
        \`\`\`
      "
    `);
  });

  test('between releases it tells their dates, notes and contributors', async () => {
    const { db } = service;
    const anna = await signUp(service, { handle: 'anna', roles: [RoleName.MAINTAINER] });
    const maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
    const order = { version: '2.1', channel: 'SNAPSHOT', via: 'shell' } as const;
    await publishAsService(db, { ...order, now: new Date('2020-02-01T12:00:00Z'), notes: 'The first.' });
    for (const [day, name] of [
      ['2020-02-02', 'second'],
      ['2020-02-03', 'third'],
    ] as const) {
      await staged(anna, [{ srg: 'field_2_b', name }], { version: '2.1', force: true });
      await commit(maintainer, { version: '2.1' });
      await publishAsService(db, {
        ...order,
        now: new Date(`${day}T12:00:00Z`),
        notes: `${name}\n\`\`\`\n# Not a heading`,
      });
    }
    const log = await text('/compare/snapshot_20200201-2.1/snapshot_20200203-2.1/changelog.md');
    expect(log).toContain(
      [
        '## Releases',
        '',
        '- `snapshot_20200203-2.1`, 2020-02-03',
        '',
        '  ````text',
        '  third',
        '  ```',
        '  # Not a heading',
        '  ````',
        '- `snapshot_20200202-2.1`, 2020-02-02',
      ].join('\n'),
    );
    expect(log).toContain('Changes by `anna` (2).\n');
    expect(log).not.toContain('The first.');
    expect(log).toContain('- `third` (field `field_2_b`)\n');
    // Backwards neither follows the other: the head is told of alone.
    const back = await text('/compare/snapshot_20200203-2.1/snapshot_20200201-2.1/changelog.md');
    expect(back).toContain('The first.');
    expect(back).not.toContain('third\n  ```');
  });

  test("nobody's words are Markdown, markup or control characters", async () => {
    const log = await text('/compare/2.0/2.1/changelog.md');
    expect(log).toContain('- ``a`|*<b>,"c"`` → `plain` (field `field_1_a`)\n');
    // Every line of documentation stands within a block of code, behind a sign that keeps it from ending it.
    const block = /\n {2}````diff\n([\s\S]*?)\n {2}````\n/.exec(log)![1]!;
    expect(block.split('\n').every((line) => line.startsWith('  -'))).toBe(true);
    expect(block).toContain('  - ```\n  - # Heading\n  - </details><script>');
    expect(log).not.toMatch(/^#+ Heading/m);
    // eslint-disable-next-line no-control-regex
    expect(log).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
  });

  test('a name that a table could break on is quoted there', async () => {
    expect(await text('/compare/2.0/2.1/migration.csv')).toContain(',"a`|*<b>,""c""",plain,no\r\n');
    const { entries } = JSON.parse(await text('/compare/2.0/2.1/migration.json')) as { entries: { oldName: string }[] };
    expect(entries[0]!.oldName).toBe(HOSTILE_NAME);
  });

  test('what is the same has an empty one', async () => {
    expect(await text('/compare/1.0/1.0+draft/changelog.md')).toContain('No name and no documentation differs.\n');
  });
});

describe('as files', () => {
  test.each(['changelog.md', 'migration.csv', 'migration.json', 'migration.tsrg', 'migration.xml'])(
    '%s: the same bytes each time, a tag by which it is not sent again, HEAD, and no statement',
    async (file) => {
      const url = `/compare/1.0/1.1/${file}`;
      const [first, again] = [await get(url), await get(url)];
      expect(again.rawPayload.equals(first.rawPayload)).toBe(true);
      const { etag } = first.headers;
      const before = service.db.statementCount;
      const unchanged = await get(url, { 'if-none-match': etag as string });
      expect([unchanged.statusCode, unchanged.body]).toEqual([304, '']);
      expect(service.db.statementCount - before).toBe(0);
      const head = await service.http.inject({ method: 'HEAD', url });
      expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, '', etag]);
      expect((await get(`/compare/1.1/1.0/${file}`)).headers.etag).not.toBe(etag);
      expect(first.headers['access-control-allow-origin']).toBe('*');
    },
  );

  test('another one when names have changed', async () => {
    const url = '/compare/1.0/1.1+draft/migration.csv';
    const before = await get(url);
    const who = await signUp(service, { roles: [RoleName.MAINTAINER] });
    await staged(who, [{ srg: 'func_12_c', name: 'advance' }], { version: '1.1', force: true });
    const after = await get(url, { 'if-none-match': before.headers.etag as string });
    expect(after.statusCode).toBe(200);
    expect(after.body).toContain(',update,advance,yes\r\n');
  });

  test('too many comparisons that nobody has asked for before are refused, and the service goes on', async () => {
    const versions = ['1.0', '1.1', '2.0', '2.1'];
    const people = await Promise.all([1, 2, 3].map(() => signUp(service)));
    const targets = versions.flatMap((version) => people.map(({ handle }) => `${version}+draft-${handle}`));
    const pairs = targets.flatMap((base) => targets.filter((head) => head !== base).map((head) => `${base}/${head}`));
    expect(pairs).toHaveLength(132);
    const answers = await Promise.all(pairs.map((pair) => get(`/compare/${pair}/migration.csv`)));
    const refused = answers.filter(({ statusCode }) => statusCode !== 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(132 - 50);
    expect(refused[0]!.statusCode).toBe(429);
    expect(refused[0]!.json<{ errors: { message: string }[] }>().errors[0]!.message).toBe(
      'Too many comparisons are being made. Try again in a moment.',
    );
    await text(`/compare/${pairs.at(-1)!}/migration.csv`);
  });

  test.each([
    ['/compare/9.9/1.1/migration.csv', 404, 'There is no game version "9.9".'],
    ['/compare/1.0/stable_1-1.0/changelog.md', 404, 'There is no release "stable_1-1.0".'],
    ['/compare/1.0/1.1+draft-nobody/changelog.md', 404, 'There is no user "nobody".'],
    ['/compare/1.0/1.1/migration.txt', 404, 'There is no file "migration.txt". There is changelog.md, migration.csv,'],
    ['/compare/1.0/1.1', 404, 'There is nothing at /compare/1.0/1.1.'],
    ['/compare/1.0/1.1/migration.csv?every', 400, '"every" is no parameter of this file. There is all.'],
    ['/compare/1.0/1.1/changelog.md?all', 400, '"all" is no parameter of this file. There is none.'],
    ['/compare/1.0/1.1/migration.csv?all=perhaps', 400, 'all: write all, all=true or all=false, once.'],
    ['/compare/1.0/1.1/migration.csv?all&all', 400, 'all: write all, all=true or all=false, once.'],
    ['/compare/%00/1.1/migration.csv', 404, 'There is no game version'],
    ['/compare/..%2F..%2Fetc/1.1/migration.csv', 404, 'There is no game version "../../etc".'],
  ])('%s: %d', async (url, status, words) => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(status);
    expect(answer.json<{ errors: { message: string }[] }>().errors[0]!.message).toContain(words);
  });
});
