import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import {
  ircIdentitiesIn,
  linkedTo,
  newIrcBot,
  offerOf,
  seen,
  type IrcBot,
} from '../../modules/identities/irc-support.js';
import { forgetPresence, signUp, type Person } from '../../support/people.js';
import { startDoorService, textOf, type DoorService } from '../../support/round-trip.js';
import { accountRows, hiddenField, post } from './support.js';

let service: DoorService;
let bot: IrcBot;
beforeAll(async () => {
  service = await startDoorService();
});
afterAll(() => service.close());

const pageOf = async (person: Person) => person.request('GET', '/account');

test('the account page offers no IRC where no bot is set up', async () => {
  expect((await pageOf(await signUp(service))).body).not.toContain('/account/identities/irc');
  bot = await newIrcBot(service, ['EsperNet', 'Libera']);
});

describe('/account/identities/irc', () => {
  const PATH = '/account/identities/irc';

  test('is for a session with fresh presence', async () => {
    const person = await signUp(service);
    const before = await accountRows(service);
    const where = async (client: Parameters<typeof post>[0]) =>
      (await post(client, PATH, { network: 'EsperNet' })).headers.location;
    expect(await where(service.client())).toBe('/sign-in?returnTo=%2Faccount');
    expect(await accountRows(service)).toBe(before);
    await forgetPresence(service, person);
    expect(await where(person)).toBe('/sign-in?prove=1&returnTo=%2Faccount');
  });

  test('shows a code for a network of the list, with what to do', async () => {
    const person = await signUp(service);
    const { body } = await pageOf(person);
    expect([...body.matchAll(/<option>([^<]+)<\/option>/g)].map(([, name]) => name)).toEqual(['EsperNet', 'Libera']);
    expect(body).toContain('<label for="network">');
    const page = await post(person, PATH, { network: 'Libera' });
    expect([page.statusCode, page.headers['cache-control']]).toEqual([200, 'no-store']);
    const [, code] = /<pre>([0-9A-Z]{4}-[0-9A-Z]{4})<\/pre>/.exec(page.body)!;
    expect(textOf(page)).toContain(`/msg ${bot.handle} link ${code}`);
  });

  test('says which networks there are for another one', async () => {
    const page = await post(await signUp(service), PATH, { network: '<b>' });
    expect(page.statusCode).toBe(422);
    expect(textOf(page)).toContain('the networks are EsperNet, Libera.');
  });
});

test('IRC accounts are shown by id and network, and confirmed', async () => {
  const [person, account] = [await signUp(service), seen({ account: '<i>al' })];
  await linkedTo(service, person, account, 'PENDING');
  const page = await pageOf(person);
  expect(page.body).not.toContain('<i>al');
  expect(textOf(page)).toContain(`IRC: <i>al on EsperNet`);
  expect(textOf(page)).toContain(`Id ${account.accountId}.`);
  // Nothing is to be allowed before it counts.
  expect(page.body).not.toContain('/account/identities/acting');
  const id = /action="\/account\/identities\/confirm">\s*<input type="hidden" name="id" value="(\d+)"/.exec(
    page.body,
  )![1]!;
  expect((await post(person, '/account/identities/confirm', { id })).headers.location).toBe('/account?done=confirmed');
  expect(await ircIdentitiesIn(service, person)).toEqual([`EsperNet ${account.accountId} <i>al ACTIVE`]);
});

describe('/account/identities/acting', () => {
  const PATH = '/account/identities/acting';
  const allowedOf = async ({ userId }: Person) =>
    (
      await service.db.query<{ may: string[] }>(
        `SELECT acting_permissions AS may FROM identities WHERE user_id = $1 AND provider = 'IRC'`,
        [userId],
      )
    )[0]!.may;

  async function linkedPerson(roles: RoleName[] = []): Promise<{ person: Person; id: string }> {
    const person = await signUp(service, { roles });
    await linkedTo(service, person, seen());
    const { body } = await pageOf(person);
    const id = /action="\/account\/identities\/acting">\s*<input type="hidden" name="id" value="(\d+)"/.exec(body)![1]!;
    return { person, id };
  }

  test('is for the owner, with fresh presence', async () => {
    const { person, id } = await linkedPerson();
    const before = await allowedOf(person);
    const fields = { id, permission: 'MAPPING_VOTE' };
    expect((await post(service.client(), PATH, fields)).headers.location).toBe('/sign-in?returnTo=%2Faccount');
    expect((await post(await signUp(service), PATH, fields)).statusCode).toBe(422);
    await forgetPresence(service, person);
    expect((await post(person, PATH, fields)).headers.location).toBe('/sign-in?prove=1&returnTo=%2Faccount');
    expect(await allowedOf(person)).toEqual(before);
  });

  test('IR12 offers what the person may do and bots may do for people, and no more', async () => {
    const offered = async (person: Person) =>
      [...(await pageOf(person)).body.matchAll(/name="permission" value="([A-Z_]+)"/g)].map(([, name]) => name);
    const { person } = await linkedPerson();
    expect(await offered(person)).toEqual(['MAPPING_PROPOSE', 'MAPPING_VOTE']);
    const { person: admin } = await linkedPerson([RoleName.ADMIN]);
    const all = await offered(admin);
    expect(all).toContain('USER_SUSPEND');
    for (const never of [
      'RELEASE_PUBLISH',
      'ROLE_GRANT',
      'IDENTITY_MANAGE',
      'CLIENT_MANAGE',
      'IRC_VERIFY',
      'ACT_FOR_USERS',
    ]) {
      expect(all).not.toContain(never);
    }
  });

  test('saves what is ticked, shows it, and takes all back where nothing is', async () => {
    const { person, id } = await linkedPerson([RoleName.MAINTAINER]);
    const both = `id=${id}&permission=MAPPING_VOTE&permission=MAPPING_COMMIT`;
    expect((await post(person, PATH, both)).headers.location).toBe('/account?done=acting');
    expect(await allowedOf(person)).toEqual(['MAPPING_VOTE', 'MAPPING_COMMIT']);
    const page = await pageOf(person);
    const ticked = [...page.body.matchAll(/value="([A-Z_]+)"\s+checked/g)].map(([, name]) => name);
    expect(ticked).toEqual(['MAPPING_VOTE', 'MAPPING_COMMIT']);
    expect((await post(person, PATH, { id })).headers.location).toBe('/account?done=acting');
    expect(await allowedOf(person)).toEqual([]);
  });

  test('takes nothing that bots may not do', async () => {
    const { person, id } = await linkedPerson([RoleName.ADMIN]);
    const page = await post(person, PATH, { id, permission: 'RELEASE_PUBLISH' });
    expect([page.statusCode, textOf(page).includes('RELEASE_PUBLISH')]).toEqual([422, true]);
    expect(await allowedOf(person)).toEqual(['MAPPING_LOCK']);
  });
});

describe('/account/link-irc', () => {
  const addressOf = (code: string) => `/account/link-irc?${new URLSearchParams({ code }).toString()}`;

  test('asks whoever is signed in, and uses nothing up by asking', async () => {
    const [person, account] = [await signUp(service), seen({ account: '<i>al', nick: 'al`away' })];
    const code = await offerOf(bot, account);
    for (let i = 0; i < 3; i++) {
      const page = await person.request('GET', addressOf(code));
      expect([page.statusCode, page.headers['cache-control']]).toEqual([200, 'no-store']);
      expect(page.headers['referrer-policy']).toBe('same-origin');
      expect(page.body).toContain('<strong>&#60;i&#62;al</strong>');
      expect(textOf(page)).toContain(
        `(id ${account.accountId}) of the IRC network EsperNet asks to be linked to your account ${person.handle}`,
      );
      expect(hiddenField(page, 'code')).toBe(code);
    }
    expect(await ircIdentitiesIn(service, person)).toEqual([]);
    const done = await post(person, '/account/link-irc', { code });
    expect([done.statusCode, done.headers.location]).toEqual([303, '/account?done=irc']);
    expect(await ircIdentitiesIn(service, person)).toEqual([`EsperNet ${account.accountId} <i>al ACTIVE`]);
    expect(textOf(await person.request('GET', '/account?done=irc'))).toContain('The IRC account is linked.');
  });

  test('leads to the sign-in and back, the code still good', async () => {
    const person = await signUp(service);
    const code = await offerOf(bot, seen());
    const client = service.client();
    const there = (await client.request('GET', addressOf(code))).headers.location!;
    expect(there).toBe(`/sign-in?${new URLSearchParams({ returnTo: addressOf(code) }).toString()}`);
    const form = await client.request('GET', there);
    const returnTo = hiddenField(form, 'returnTo').replaceAll('&#38;', '&');
    const signedIn = await post(client, '/sign-in', { handle: person.handle, password: person.password, returnTo });
    expect(signedIn.headers.location).toBe(addressOf(code));
    expect((await client.request('GET', addressOf(code))).statusCode).toBe(200);
    // A form that comes from a browser that was signed out meanwhile leads there too.
    expect((await post(service.client(), '/account/link-irc', { code })).headers.location).toBe(there);
  });

  test('without fresh presence leads to the proof and back, the code still good', async () => {
    const person = await signUp(service);
    const code = await offerOf(bot, seen());
    await forgetPresence(service, person);
    expect((await person.request('GET', addressOf(code))).statusCode).toBe(200);
    const refused = await post(person, '/account/link-irc', { code });
    expect(refused.headers.location).toBe(
      `/sign-in?${new URLSearchParams({ prove: '1', returnTo: addressOf(code) }).toString()}`,
    );
    expect(await ircIdentitiesIn(service, person)).toEqual([]);
    const proven = await post(person, '/sign-in/prove', { password: person.password, returnTo: addressOf(code) });
    expect(proven.headers.location).toBe(addressOf(code));
    expect((await post(person, '/account/link-irc', { code })).headers.location).toBe('/account?done=irc');
  });

  test.each(['', 'ABCD-EFGH-JKMN-PQRS', '<script>', 'x'.repeat(5_000)])('says that %j is no code', async (code) => {
    const person = await signUp(service);
    const page = await person.request('GET', addressOf(code));
    expect(page.statusCode).toBe(404);
    expect(textOf(page)).toContain('There is no such code, or it was used already.');
    expect(page.body).not.toContain('<script>');
    expect((await post(person, '/account/link-irc', { code })).statusCode).toBe(422);
    const anonymous = await service.client().request('GET', addressOf(code));
    expect([
      anonymous.statusCode,
      anonymous.headers.location?.startsWith('/sign-in?returnTo=%2Faccount%2Flink-irc'),
    ]).toEqual([303, true]);
  });

  test('says that somebody else has the account, and not who', async () => {
    const [person, other, account] = [await signUp(service), await signUp(service), seen()];
    await linkedTo(service, other, account);
    const page = await post(person, '/account/link-irc', { code: await offerOf(bot, account) });
    expect(page.statusCode).toBe(422);
    expect(textOf(page)).toContain('This IRC account is linked to another account here');
    expect(page.body).not.toContain(other.handle);
  });

  test('an address that is used up, or older than 10 minutes, says so', async () => {
    const person = await signUp(service);
    const code = await offerOf(bot, seen());
    await service.db.query(`UPDATE one_time_secrets SET expires_at = now() WHERE purpose = 'IRC_OFFER'`);
    expect(textOf(await person.request('GET', addressOf(code)))).toContain('This code is older than 10 minutes');
    expect((await service.http.inject({ method: 'HEAD', url: addressOf(code) })).statusCode).toBe(404);
  });
});
