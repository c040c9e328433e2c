import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TimelineDocument } from '../../support/generated/documents.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies, importCsv, importText } from '../../support/versions.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  // Not in their order, and one with a pre-release, which comes before its release.
  await importCopies(service.db, ['1.12', '1.9', '1.12-pre1'], { named: false });
  await importText(service.db, '1.13', 'a Thing\n\ta ()V func_2001_b\n\tvalues ()V values\n\tvalues values\n');
  await importCsv(service.db, '1.9', 'methods.csv', 'searge,name,side,desc\nfunc_2001_b,growUp,2,\n');
});
afterAll(() => service.close());

const timeline = async (srg: string) => (await service.query(TimelineDocument, { srg })).timeline;

describe('timeline', () => {
  it('goes through every version that has the id, oldest first', async () => {
    const entries = await timeline('func_2001_b');
    expect(entries.map(({ version, name }) => [version.name, name])).toEqual([
      ['0.0-sample', 'grow'],
      ['1.9', 'growUp'],
      ['1.12-pre1', null],
      ['1.12', null],
      ['1.13', null],
    ]);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(5);
  });

  it('leaves out versions that lack the id', async () => {
    expect((await timeline('func_2002_c')).map(({ version }) => version.name)).toEqual([
      ...['0.0-sample', '1.9', '1.12-pre1', '1.12'],
    ]);
    expect(await timeline('func_1_a')).toEqual([]);
  });

  it('follows classes, fields, parameters and constructors', async () => {
    for (const [srg, type] of [
      ['net/minecraft/sample/plant/Plant', 'Class'],
      ['field_1002_c', 'Field'],
      ['p_2001_2_', 'Parameter'],
      ['i106', 'Method'],
    ] as const) {
      const entries = await timeline(srg);
      expect(
        entries.map(({ __typename }) => __typename),
        srg,
      ).toEqual([type, type, type, type]);
    }
  });

  it('tells a method from a field of one readable name', async () => {
    const entries = await timeline('values');
    expect(entries.filter(({ version }) => version.name === '1.13').map(({ kind }) => kind)).toEqual([
      'METHOD',
      'FIELD',
    ]);
  });

  it.each(['', '  ', 'grow', '2001', 'func_2001__', '%', "'", 'x'.repeat(1_000_000)])(
    'is empty for no id',
    async (srg) => {
      expect(await timeline(srg)).toEqual([]);
    },
  );

  it('refuses a NUL character', async () => {
    expect((await service.refused(TimelineDocument, { srg: 'a\0' })).extensions.code).toBe('BAD_USER_INPUT');
  });
});
