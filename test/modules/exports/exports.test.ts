import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXPORT_FORMATS, formatSpec } from '../../../src/modules/formats/index.js';
import { SAMPLE_VERSION } from '../../../src/modules/imports/sample.js';
import { TEST_PUBLIC_URL } from '../../support/auth.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies } from '../../support/versions.js';

const EXPORTS = `{ gameVersions { nodes { name exports { format url contentType fileName description } } } }`;

interface ToldExport {
  format: string;
  url: string;
  contentType: string;
  fileName: string;
  description: string;
}
interface Answer {
  gameVersions: { nodes: { name: string; exports: ToldExport[] }[] };
}

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const ask = () => service.client().query<Answer>(EXPORTS);

test('a version has every format, in the order of the enum, each with its address', async () => {
  const [version] = (await ask()).gameVersions.nodes;
  expect(version!.exports.map(({ format }) => format)).toEqual(EXPORT_FORMATS);
  for (const { format, url, contentType, fileName, description } of version!.exports) {
    const spec = formatSpec(format as (typeof EXPORT_FORMATS)[number]);
    expect({ contentType, fileName, description }).toEqual({
      contentType: spec.contentType,
      fileName: spec.fileName,
      description: spec.description,
    });
    expect(url).toBe(`${TEST_PUBLIC_URL}/exports/${SAMPLE_VERSION}/${fileName}`);
    const answer = await service.http.inject({ url: new URL(url).pathname });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, contentType]);
  }
});

test('files are called differently each', () => {
  const names = EXPORT_FORMATS.map((format) => formatSpec(format).fileName);
  expect(new Set(names).size).toBe(names.length);
});

test('the addresses cost no statement, however many versions there are', async () => {
  const cost = async () => {
    const before = service.db.statementCount;
    await ask();
    return service.db.statementCount - before;
  };
  const one = await cost();
  await importCopies(service.db, ['1.1', '1.2'], { named: false });
  expect((await ask()).gameVersions.nodes.length).toBeGreaterThan(1);
  expect(await cost()).toBe(one);
});
