import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Person as Account } from '../support/people.js';
import { signUp } from '../support/people.js';
import { CHANNEL, NETWORK, startEvening, type Evening, type Modder } from './support/bridge.js';
import { describeIrc } from './support/network.js';

const START = `mutation ($input: StartIrcLinkInput!) { startIrcLink(input: $input) { code instructions userErrors { code message } } }`;
const CONFIRM = `mutation ($input: NodeInput!) { confirmIdentityLink(input: $input) { userErrors { code message } } }`;
const ACCEPT = `mutation ($input: CodeInput!) { acceptIrcLink(input: $input) { userErrors { code message } } }`;
const IDENTITIES = `{ viewer { identities { id provider network displayName state } } }`;

interface IdentityOfViewer {
  id: string;
  provider: string;
  network: string | null;
  displayName: string;
  state: string;
}

async function ircIdentities(account: Account): Promise<IdentityOfViewer[]> {
  const { viewer } = await account.query(IDENTITIES);
  return (viewer.identities as IdentityOfViewer[]).filter(({ provider }) => provider === 'IRC');
}

describeIrc('Linking an account of IRC', () => {
  let evening: Evening;
  beforeAll(async () => {
    evening = await startEvening();
  }, 60_000);
  afterAll(() => evening?.close());

  async function codeOf(account: Account): Promise<string> {
    const { startIrcLink } = await account.query(START, { input: { network: NETWORK } });
    expect(startIrcLink.userErrors).toEqual([]);
    evening.service.secrets.add(startIrcLink.code);
    return startIrcLink.code;
  }

  const ask = (person: Modder['irc'], text: string, answer: RegExp) => person.ask(evening.bot, text, answer);

  test('a code of the web account, said in private, waits to be confirmed there; then it counts', async () => {
    const { irc, account, entityId } = await evening.modder('alice', { linked: false });
    await ask(irc, '!whoami', /alice on TestNet is nobody here/);
    await ask(irc, `link ${await codeOf(account)}`, /confirm/);
    const [pending] = await ircIdentities(account);
    expect(pending).toMatchObject({ network: NETWORK, displayName: 'alice', state: 'PENDING' });
    await ask(irc, 'whoami', /nobody here/);
    const { confirmIdentityLink } = await account.query(CONFIRM, { input: { id: pending!.id } });
    expect(confirmIdentityLink.userErrors).toEqual([]);
    const answer = await ask(irc, 'whoami', /is .* here/);
    expect(answer).toBe(`alice (${entityId}) on ${NETWORK} is ${account.handle} here.`);
  });

  test('a code counts once, for its network, and for an account that is logged in', async () => {
    const { irc, account } = await evening.modder('bob', { linked: false });
    const stranger = await evening.stranger('mallory');
    const code = await codeOf(account);
    await ask(stranger, `link ${code}`, /not logged in with the services of TestNet/);
    await ask(irc, `link ${code}`, /confirm/);
    await ask(irc, `link ${code}`, /no such code|used/i);
    await ask(irc, 'link ABCD-EFGH', /no such code|used/i);
    expect(await ircIdentities(account)).toHaveLength(1);
  });

  test('IR14: a code that is typed in a channel is dead, and the person is told to take a new one', async () => {
    const { irc, account } = await evening.modder('carol', { linked: false });
    const reader = await evening.modder('dave', { linked: false });
    for (const spoken of [
      (code: string) => `!link ${code}`,
      (code: string) => `/msg ${evening.bot} link ${code}`,
      (code: string) => code,
    ]) {
      const code = await codeOf(account);
      irc.say(CHANNEL, spoken(code));
      await irc.waitFor(/Others have read that code/);
      await ask(reader.irc, `link ${code}`, /no such code|used/i);
      await ask(irc, `link ${code}`, /no such code|used/i);
    }
    expect(await ircIdentities(account)).toEqual([]);
    expect(await ircIdentities(reader.account)).toEqual([]);
  });

  test('who asks on IRC gets an address, and links by it whoever opens it and confirms', async () => {
    const { irc, account, entityId } = await evening.modder('erin', { linked: false });
    const answer = await ask(irc, 'link', /to link erin/);
    expect(answer).toContain(entityId);
    const code = new URL(/http\S+/.exec(answer)![0]).searchParams.get('code')!;
    evening.service.secrets.add(code);
    const { acceptIrcLink } = await account.query(ACCEPT, { input: { code } });
    expect(acceptIrcLink.userErrors).toEqual([]);
    await ask(irc, 'whoami', new RegExp(`is ${account.handle} here`));
    const again = await (await signUp(evening.service)).query(ACCEPT, { input: { code } });
    expect(again.acceptIrcLink.userErrors).toMatchObject([{ code: 'CODE_INVALID' }]);
  });

  test('the address is for private ears', async () => {
    const { irc } = await evening.modder('frank', { linked: false });
    irc.say(CHANNEL, '!link');
    await irc.waitFor(/Say that to me in private/);
  });

  test('IR3: an account that is dropped and registered anew is another one: the link is suspended, and not honoured', async () => {
    const { irc, account } = await evening.modder('grace');
    await ask(irc, 'whoami', new RegExp(`is ${account.handle} here`));
    await irc.drop('grace', 'secret-of-irc');
    irc.quit();
    const thief = await evening.stranger('grace');
    await thief.register('of-the-thief');
    await ask(thief, 'whoami', /grace on TestNet is nobody here/);
    await vi.waitFor(async () => expect(await ircIdentities(account)).toMatchObject([{ state: 'SUSPENDED' }]));
    await ask(thief, 'whoami', /grace on TestNet is nobody here/);
  });

  test('IR4: an account that is renamed stays linked', async () => {
    const { irc, account } = await evening.modder('heidi');
    await irc.renameAccount('heidi2');
    await ask(irc, 'whoami', new RegExp(`heidi2 \\(.*is ${account.handle} here`));
    expect(await ircIdentities(account)).toMatchObject([{ displayName: 'heidi2', state: 'ACTIVE' }]);
  });
});
