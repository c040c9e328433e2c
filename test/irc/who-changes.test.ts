import { afterAll, beforeAll, expect, test } from 'vitest';
import { nameOf, namingState } from '../modules/changes/support.js';
import { toldTo } from './support/asker.js';
import { NETWORK, startEvening, type Evening, type Modder } from './support/bridge.js';
import { describeIrc } from './support/network.js';

const STAGED = `query ($srg: String!) { mapping(srg: $srg) { staged { newName via author { handle } } } }`;

/** How whoever may not change anything is told so. */
const NOT_IDENTIFIED = new RegExp(`^You are not logged in with the services of ${NETWORK}\\. Identify first`);

describeIrc('Whose a change is that was asked for on IRC', () => {
  let evening: Evening;
  beforeAll(async () => {
    evening = await startEvening();
  }, 90_000);
  afterAll(() => evening?.close());

  const stagedFor = async ({ account }: Modder, srg: string) => (await account.query(STAGED, { srg })).mapping.staged;
  const by = ({ account }: Modder, newName: string) => ({
    newName,
    via: evening.bot,
    author: { handle: account.handle },
  });

  /** Says something that must change nothing, and gives the first line of the answer. */
  async function refused(person: Modder['irc'], text: string): Promise<string | undefined> {
    const before = await namingState(evening.service);
    const [answer] = await toldTo(person, evening, text);
    expect(await namingState(evening.service)).toEqual(before);
    return answer;
  }

  test('IR1: nobody proposes, undoes or commits by the nick of somebody else', async () => {
    const alice = await evening.modder('alice');
    await toldTo(alice.irc, evening, 'sm func_2006_f isDry');
    expect(await stagedFor(alice, 'func_2006_f')).toEqual(by(alice, 'isDry'));
    alice.irc.quit();
    await alice.irc.waitFor(/^ERROR /);
    const mallory = await evening.stranger('alice');
    for (const text of ['sm func_2007_f isWet', 'undo func_2006_f', 'commit func_2006_f']) {
      expect(await refused(mallory, text)).toMatch(NOT_IDENTIFIED);
    }
  });

  test('IR2: under another nick somebody is who they were, and without their account nobody', async () => {
    const bob = await evening.modder('bob');
    await bob.irc.nick('bob_away');
    await toldTo(bob.irc, evening, 'sm func_2007_f setWater');
    expect(await stagedFor(bob, 'func_2007_f')).toEqual(by(bob, 'setWater'));
    await bob.irc.logout();
    expect(await refused(bob.irc, 'undo func_2007_f')).toMatch(NOT_IDENTIFIED);
  });

  test('IR3: whoever registers a dropped account anew changes nothing of its first owner', async () => {
    const carol = await evening.modder('carol');
    await toldTo(carol.irc, evening, 'sm func_2009_h_ shade');
    expect(await stagedFor(carol, 'func_2009_h_')).toEqual(by(carol, 'shade'));
    await carol.irc.drop('carol', 'secret-of-irc');
    await carol.irc.register('of-the-thief');
    const [answer] = await toldTo(carol.irc, evening, 'undo func_2009_h_');
    expect(answer).toMatch(/^carol on TestNet is nobody here: .* another one/);
    expect(await stagedFor(carol, 'func_2009_h_')).toEqual(by(carol, 'shade'));
  });

  test('IR5: while the services are gone questions are answered, and nothing is changed', async () => {
    const dave = await evening.modder('dave');
    await evening.network.services.kill();
    expect(await refused(dave.irc, 'sm func_2010_h__ shelter')).toMatch(/services of TestNet do not answer/);
    expect((await toldTo(dave.irc, evening, 'gm func_2010_h__'))[0]).toMatch(/^=== 0\.0-sample: /);
    await evening.network.services.start();
    await toldTo(dave.irc, evening, 'sm func_2010_h__ shelter');
    expect(await nameOf(evening.service, '0.0-sample', 'func_2010_h__')).toBe('- -> shelter');
  }, 90_000);
});
