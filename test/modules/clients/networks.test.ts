import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { REGISTER, UPDATE } from '../../support/documents/clients.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { logged, makeBot } from '../roles/support.js';
import { clientInput, expectDenied, problemOf, register, type Registered } from './support.js';

let service: TestService;
let admin: Person;
/** The part of an input that makes a client of a bot of the administrator. */
let ofBot: object;
let known: Registered;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  admin = await signUp(service, { roles: [RoleName.ADMIN] });
  ofBot = { kind: 'BOT', redirectUris: [], bot: (await makeBot(service, admin)).id };
  known = await register(admin, ofBot);
});
afterAll(() => service.close());

/** What becomes of these networks where a client is registered, and where one is changed. */
async function problemsOf(networks: string[], given: object = ofBot): Promise<[string, string]> {
  return [
    await problemOf(admin.send(REGISTER, { input: clientInput({ ...given, networks }) })),
    await problemOf(admin.send(UPDATE, { input: { client: known.id, networks } })),
  ];
}

describe('The networks of a client', () => {
  it('IR12 are given by those who manage clients alone', async () => {
    await expectDenied(
      service,
      {
        other: 'FORBIDDEN',
        moderator: 'FORBIDDEN',
        adminProgram: 'FORBIDDEN',
        bot: 'FORBIDDEN',
        nobody: 'UNAUTHENTICATED',
      },
      (client) => client.send(REGISTER, { input: clientInput({ networks: ['EsperNet'] }) }),
    );
    const owner = await signUp(service);
    const own = await register(owner, { kind: 'BOT', redirectUris: [], bot: (await makeBot(service, owner)).id });
    const update = (networks: string[]) => problemOf(owner.send(UPDATE, { input: { client: own.id, networks } }));
    expect(await update(['EsperNet'])).toBe('FORBIDDEN');
    const { updateClient } = await admin.query(UPDATE, { input: { client: own.id, networks: ['EsperNet'] } });
    expect(updateClient.client.networks).toEqual(['EsperNet']);
    expect((await logged(service, 'client.update')).at(-1)?.detail).toBe(`client ${own.key}: networks`);
    // The owner may go on with the rest of the client, but not with its networks.
    expect(await update([])).toBe('FORBIDDEN');
    expect(await problemOf(owner.send(UPDATE, { input: { client: own.id, name: 'A name' } }))).toBe('');
  });

  it('are kept as they are written', async () => {
    const networks = ['Libera.Chat', 'EsperNet', '0'];
    const { registerClient } = await admin.query(REGISTER, { input: clientInput({ ...ofBot, networks }) });
    expect(registerClient.client.networks).toEqual(networks);
  });

  it.each([[''], ['-net'], ['Esper Net'], ['x'.repeat(64)], ['näh'], ['a/b'], ['a\n']])(
    'can not be called %j',
    async (name) => {
      expect(await problemsOf(['EsperNet', name])).toEqual(['INVALID_INPUT networks.1', 'INVALID_INPUT networks.1']);
    },
  );

  it('are ten at most, each once in any case, and of a bot', async () => {
    const many = Array.from({ length: 11 }, (_, i) => `net${i}`);
    expect(await problemsOf(many)).toEqual(['INVALID_INPUT networks', 'INVALID_INPUT networks']);
    expect(await problemsOf(['EsperNet', 'espernet'])).toEqual([
      'INVALID_INPUT networks.1',
      'INVALID_INPUT networks.1',
    ]);
    expect(await problemsOf(many.slice(1))).toEqual(['', '']);
    expect((await problemsOf(['EsperNet'], {}))[0]).toBe('INVALID_INPUT networks');
  });
});
