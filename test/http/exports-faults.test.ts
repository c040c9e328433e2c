import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_VERSION } from '../../src/modules/imports/sample.js';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

/** The status, the code and the words of a refusal, after a look at what no answer may have. */
async function refused(url: string): Promise<[status: number, code: string, message: string]> {
  const answer = await service.http.inject({ url });
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.headers['etag']).toBeUndefined();
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  expect(answer.payload).not.toMatch(/\bat .*\.[jt]s:\d|node_modules|SELECT/);
  const [{ message, extensions }] = answer.json().errors;
  return [answer.statusCode, extensions.code, message];
}

const notFound = (message: string) => [404, 'NOT_FOUND', message];
const badInput = (message: string) => [400, 'BAD_USER_INPUT', message];

describe('what is not there', () => {
  test.each([
    ['9.9', `There is no game version "9.9". There is ${SAMPLE_VERSION}.`],
    ['9.9+draft', `There is no game version "9.9". There is ${SAMPLE_VERSION}.`],
    [`${SAMPLE_VERSION}+draft-nobody-there`, 'There is no user "nobody-there".'],
    [`${SAMPLE_VERSION}+draft-`, `There is no game version "${SAMPLE_VERSION}+draft-". There is ${SAMPLE_VERSION}.`],
    [`${SAMPLE_VERSION}+Draft`, `There is no game version "${SAMPLE_VERSION}+Draft". There is ${SAMPLE_VERSION}.`],
    ['snapshot_20201028-1.16.3', 'There is no release "snapshot_20201028-1.16.3".'],
    ['stable_39-1.12+draft', 'There is no release "stable_39-1.12".'],
  ])('%s is named', async (target, message) => {
    expect(await refused(`/exports/${target}/joined.tsrg`)).toEqual(notFound(message));
    expect(await refused(`/exports/${target}/`)).toEqual(notFound(message));
  });

  test.each(['x.txt', 'JOINED.TSRG', 'joined.tsrg.gz', '__proto__', 'constructor', ''.padEnd(150, 'x')])(
    'a file %s is named, and what there is',
    async (file) => {
      const [status, code, message] = await refused(`/exports/${SAMPLE_VERSION}/${file}`);
      expect([status, code]).toEqual([404, 'NOT_FOUND']);
      expect(message).toMatch(`There is no file "${file}". There is names.zip, methods.csv, `);
      expect(message).toMatch(/, names\.jsonl\.$/);
    },
  );

  test.each([
    `/exports/${SAMPLE_VERSION}/../../etc/passwd`,
    `/exports/${SAMPLE_VERSION}/..%2f..%2fetc%2fpasswd`,
    `/exports/..%2f..%2fetc/joined.tsrg`,
    `/exports/%2e%2e/joined.tsrg`,
    `/exports/${SAMPLE_VERSION}%00/joined.tsrg`,
    `/exports/${SAMPLE_VERSION}%2Bdraft-a%00/joined.tsrg`,
    `/exports/snapshot_1-%00/joined.tsrg`,
    `/exports/${SAMPLE_VERSION}%0d%0aset-cookie:x/joined.tsrg`,
    `/exports/${SAMPLE_VERSION}/joined.tsrg%0d%0a`,
    `/exports/%F0%9F%98%80/joined.tsrg`,
    `/exports/${'9'.repeat(190)}/joined.tsrg`,
    `/exports/${SAMPLE_VERSION}/joined.tsrg/more`,
    `/exports//joined.tsrg`,
  ])('%s leads nowhere', async (url) => {
    expect((await refused(url)).slice(0, 2)).toEqual([404, 'NOT_FOUND']);
  });

  test('an address that can not be read is refused', async () => {
    expect((await refused('/exports/%zz/joined.tsrg'))[0]).toBe(400);
    expect((await refused('/exports/%ff/joined.tsrg'))[0]).toBe(400);
    expect((await refused(`/exports/${'9'.repeat(5_000)}/joined.tsrg`))[0]).toBe(414);
    expect((await refused(`/exports/${SAMPLE_VERSION}/${'9'.repeat(5_000)}`))[0]).toBe(414);
  });

  test.each(['POST', 'PUT', 'DELETE'] as const)('nothing is taken by %s', async (method) => {
    const answer = await service.http.inject({ method, url: `/exports/${SAMPLE_VERSION}/joined.tsrg` });
    expect(answer.statusCode).toBe(404);
  });
});

describe('what is asked for in a way that has no answer', () => {
  const tsrg = (query: string) => refused(`/exports/${SAMPLE_VERSION}/joined.tsrg?${query}`);

  test.each([
    ['from=obf', 'to: give it as well as from.'],
    ['to=obf', 'from: give it as well as to.'],
    ['from=obf&to=obf', 'from and to: each namespace once, not obf, obf.'],
    ['from=notch&to=mcp', 'from: "notch" is no namespace. There is obf, srg, mcp.'],
    ['from=obf&to=', 'to: "" is no namespace. There is obf, srg, mcp.'],
    ['from=obf&to=srg&namespaces=obf,srg', 'Give from and to, or namespaces; not both.'],
    ['from=obf&from=srg&to=mcp', 'from: give it once.'],
    ['namespaces=obf,srg,mcp', 'namespaces: joined.tsrg holds two namespaces, not 3.'],
    ['namespaces=obf', 'namespaces: joined.tsrg holds two namespaces, not 1.'],
    ['namespaces=obf,xyz', 'namespaces: "xyz" is no namespace. There is obf, srg, mcp.'],
    ['nodoc=maybe', 'nodoc: write nodoc, nodoc=true or nodoc=false; not "maybe".'],
    ['form=obf', '"form" is no parameter. There is from, to, namespaces, nodoc.'],
    ['__proto__=x', '"__proto__" is no parameter. There is from, to, namespaces, nodoc.'],
  ])('?%s', async (query, message) => {
    expect(await tsrg(query)).toEqual(badInput(message));
  });

  test('names by SRG id have no namespaces', async () => {
    for (const file of ['methods.csv', 'names.zip', 'names.jsonl']) {
      const answer = await refused(`/exports/${SAMPLE_VERSION}/${file}?from=obf&to=srg`);
      expect(answer).toEqual(badInput(`from and to: ${file} has names by SRG id, and takes no namespaces.`));
    }
  });

  test('the canonical form is whole', async () => {
    const answer = await refused(`/exports/${SAMPLE_VERSION}/names.jsonl?nodoc`);
    expect(answer).toEqual(badInput('nodoc: names.jsonl is the whole of the names, documentation included.'));
  });

  test('costs the database nothing', async () => {
    const before = service.db.statementCount;
    await tsrg('from=obf');
    await refused('/exports/never-asked-for/x.txt');
    expect(service.db.statementCount).toBe(before);
  });
});

test('a credential is not looked at', async () => {
  const url = `/exports/${SAMPLE_VERSION}/joined.tsrg`;
  const plain = await service.http.inject({ url });
  for (const headers of [
    { authorization: 'Bearer nonsense' },
    { authorization: 'Basic eDp5' },
    { cookie: 'session=nonsense; __Host-session=nonsense' },
  ]) {
    const answer = await service.http.inject({ url, headers });
    expect([answer.statusCode, answer.headers.etag]).toEqual([200, plain.headers.etag]);
    expect(answer.headers['set-cookie']).toBeUndefined();
  }
});
