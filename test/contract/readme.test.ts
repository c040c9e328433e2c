import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestService, type TestService } from '../support/service.js';

const readme = await readFile('README.md', 'utf8');
const sectionOf = (heading: string) => readme.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!;
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

  test('tells the roles that there are', async () => {
    const { RoleName } = await import('../../src/auth/permissions.js');
    const listed = [...sectionOf('Accounts').matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(([, name]) => name);
    expect(listed).toEqual(Object.values(RoleName));
  });

  // A shell, curl and jq are no part of Node; a machine that has them, as CI must, runs what the README says.
  const hasShell =
    process.env.CI !== undefined || ['bash', 'curl', 'jq'].every((tool) => spawnSync('which', [tool]).status === 0);
  test.runIf(hasShell)('its shell commands for accounts and naming work as they stand', async () => {
    const address = await service.http.listen({ port: 0, host: '127.0.0.1' });
    const folder = await mkdtemp(join(tmpdir(), 'mcp-readme-'));
    const scripts = [...`${sectionOf('Accounts')}${sectionOf('Naming')}`.matchAll(/```sh\n([\s\S]*?)```/g)]
      .map(([, script]) => script!)
      .filter((script) => script.includes('curl'));
    expect(scripts).toHaveLength(3);
    try {
      const answers: string[] = [];
      for (const script of scripts) {
        const here = script.replaceAll('http://localhost:4000', address);
        const { stdout } = await promisify(execFile)('bash', ['-euc', here], { cwd: folder });
        answers.push(...stdout.trim().split('\n'));
      }
      const [signedUp, viewer, signedOut, signedIn, byToken, ...naming] = answers.map(
        (answer) => JSON.parse(answer) as object,
      );
      const [checked, proposed, history, undone] = naming;
      expect(answers).toHaveLength(9);
      expect(signedUp).toMatchObject({ data: { signUp: { viewer: { user: { handle: 'alice' } }, userErrors: [] } } });
      expect(viewer).toMatchObject({
        data: {
          viewer: { user: { handle: 'alice', roles: ['USER'] }, permissions: ['MAPPING_PROPOSE', 'MAPPING_VOTE'] },
        },
      });
      expect(signedOut).toMatchObject({ data: { signOut: { ok: true } } });
      expect(signedIn).toMatchObject({ data: { signIn: { viewer: { user: { handle: 'alice' } } } } });
      expect(byToken).toMatchObject({
        data: { viewer: { user: { handle: 'alices-bot', isBot: true }, permissions: ['MAPPING_PROPOSE'] } },
      });
      expect(checked).toMatchObject({
        data: { proposeChanges: { userErrors: [{ code: 'RESERVED_WORD' }, { code: 'ALREADY_NAMED' }] } },
      });
      expect(proposed).toMatchObject({
        data: { proposeChanges: { changes: [{ state: 'STAGED', newName: 'daysOfSun' }], userErrors: [] } },
      });
      expect(history).toMatchObject({
        data: { mapping: { name: null, staged: { newName: 'daysOfSun' }, changes: { nodes: [{ state: 'STAGED' }] } } },
      });
      expect(undone).toMatchObject({ data: { undoChange: { change: { state: 'UNDONE' }, userErrors: [] } } });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('lists every setting, and none that there is not', async () => {
    const { settingNames } = await import('../../src/app/env.js');
    const firstColumn = [...sectionOf('Settings').matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell!);
    const listed = firstColumn.flatMap((cell) => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name));
    expect(listed.sort()).toEqual([...settingNames].sort());
  });
});
