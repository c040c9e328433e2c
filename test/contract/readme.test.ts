import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestService, type TestService } from '../support/service.js';

const readme = await readFile('README.md', 'utf8');
const blocks = [...readme.matchAll(/```(graphql|json)\n([\s\S]*?)```/g)].map(([, kind, text]) => ({
  kind,
  text: text!,
}));
const queries = blocks.filter(({ kind }) => kind === 'graphql');
const answers = blocks.filter(({ kind }) => kind === 'json');

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

describe('README', () => {
  test('has five queries, each with its answer', () => {
    expect(queries).toHaveLength(5);
    expect(answers).toHaveLength(5);
  });

  test.each(queries.map(({ text }, i) => [i + 1, text, answers[i]!.text] as const))(
    'query %i gives the answer printed below it',
    async (_number, query, answer) => {
      const response = await service.http.inject({ method: 'POST', url: '/graphql', payload: { query } });
      expect(response.json()).toMatchObject({ data: JSON.parse(answer) });
      expect(response.json().errors).toBeUndefined();
    },
  );

  test('lists every setting, and none that there is not', async () => {
    const { settingNames } = await import('../../src/app/env.js');
    const listed = [...readme.matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual([...settingNames].sort());
  });
});
