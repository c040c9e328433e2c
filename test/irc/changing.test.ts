import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Permission, RoleName } from '../../src/auth/permissions.js';
import { toldTo, undated } from './support/asker.js';
import { NETWORK, startEvening, type Evening, type Modder } from './support/bridge.js';
import { describeIrc } from './support/network.js';
import { signUp } from '../support/people.js';

const CHANGES = `{ changes(first: 200) { nodes { srg newName newDocumentation state via author { handle } } } }`;
const REVERT = `mutation ($input: RevertChangesInput!) { revertChanges(input: $input) { count userErrors { code message } } }`;

interface ToldChange {
  srg: string;
  newName: string | null;
  newDocumentation: string | null;
  state: string;
  via: string | null;
  author: { handle: string } | null;
}

/** What bots may do for people who said nothing about it. */
const DEFAULT_ACTING = [Permission.MAPPING_PROPOSE, Permission.MAPPING_VOTE];

/** Entries of the sample that have no name, a method each. */
const UNNAMED = ['func_2006_f', 'func_2007_f', 'func_2009_h_', 'func_2010_h__'] as const;

describeIrc('Commands that change things', () => {
  let evening: Evening;
  let alice: Modder;
  beforeAll(async () => {
    evening = await startEvening();
    alice = await evening.modder('alice', { acting: DEFAULT_ACTING });
  }, 90_000);
  afterAll(() => evening?.close());

  const say = async ({ irc }: Pick<Modder, 'irc'>, text: string) => undated(await toldTo(irc, evening, text));
  const changes = async (): Promise<ToldChange[]> => (await alice.account.query(CHANGES)).changes.nodes;

  describe('are denied', () => {
    const everything = [
      'sm func_2006_f isRipe',
      'fsm func_2000_a mayGrowAt',
      'rmc func_2000_a',
      'undo func_2006_f',
      'redo func_2006_f',
      'lock func_2006_f',
      'unlock func_2006_f',
      'commit',
    ];
    const nobody: [string, () => Promise<Pick<Modder, 'irc'>>, RegExp][] = [
      [
        'who is not identified',
        async () => ({ irc: await evening.stranger('nobody') }),
        /not logged in with the services/,
      ],
      [
        'whose account is not linked',
        () => evening.modder('carol', { linked: false }),
        /carol on TestNet is nobody here: .*not linked/,
      ],
      [
        'whose link was set aside',
        () => modderWith('dave', `UPDATE identities SET state = 'SUSPENDED' WHERE user_id = $1`),
        /dave on TestNet is nobody here/,
      ],
      [
        'who is suspended',
        () => modderWith('erin', `UPDATE users SET suspended_until = now() + interval '1 day' WHERE id = $1`),
        /erin on TestNet is nobody here/,
      ],
    ];

    async function modderWith(nick: string, sql: string): Promise<Modder> {
      const modder = await evening.modder(nick, { roles: [RoleName.MAINTAINER] });
      await evening.service.db.query(sql, [modder.account.userId]);
      return modder;
    }

    test.each(nobody)('to somebody %s, and nothing is written', async (_, arrive, words) => {
      const before = await changes();
      const somebody = await arrive();
      for (const command of everything) {
        expect((await say(somebody, command))[0], command).toMatch(words);
      }
      expect(await changes()).toEqual(before);
      somebody.irc.quit();
    });

    test('to a user, what takes a permission; and to a maintainer who has not allowed it to bots', async () => {
      const before = await changes();
      const careful = await evening.modder('frank', { roles: [RoleName.MAINTAINER], acting: DEFAULT_ACTING });
      for (const person of [alice, careful]) {
        for (const [command, permission] of [
          ['fsm func_2000_a mayGrowAt', 'MAPPING_FORCE'],
          ['lock func_2006_f', 'MAPPING_LOCK'],
          ['unlock func_2006_f', 'MAPPING_LOCK'],
          ['commit', 'MAPPING_COMMIT'],
        ] as const) {
          const [first, second] = await say(person, command);
          expect(first, command).toContain(
            `the permission ${permission}: your account does not hold it, or has not allowed bots`,
          );
          expect(second).toContain('/account');
        }
      }
      expect(await changes()).toEqual(before);
    });

    test('to somebody who allowed nothing, all of it', async () => {
      const strict = await evening.modder('grace', { roles: [RoleName.MAINTAINER], acting: [] });
      for (const command of everything) {
        expect((await say(strict, command))[0], command).toMatch(/the permission MAPPING_\w+: your account/);
      }
    });
  });

  describe('do what they say', () => {
    let modder: Modder;
    let maintainer: Modder;
    let number = 0;
    beforeEach(async () => {
      number += 1;
      // Others each time: what one account asks for in half a minute is limited.
      modder = await evening.modder(`modder${number}`, { acting: DEFAULT_ACTING });
      maintainer = await evening.modder(`maintainer${number}`, { roles: [RoleName.MAINTAINER] });
    });

    test('!sm, !undo and !redo: staged as the person, by the bot', async () => {
      const handle = modder.account.handle;
      expect(await say(modder, 'sm 2006 isRipe Whether it can be\u0003 eaten')).toEqual([
        'Staged for 0.0-sample: method func_2006_f: (unnamed) => isRipe, with a comment',
      ]);
      expect((await changes())[0]).toEqual({
        srg: 'func_2006_f',
        newName: 'isRipe',
        newDocumentation: 'Whether it can be eaten',
        state: 'STAGED',
        via: evening.bot,
        author: { handle },
      });
      expect(await say(modder, 'undo func_2006_f')).toEqual([
        `Undone: func_2006_f: (unnamed) => isRipe, with a comment, which ${handle} via ${evening.bot} had proposed.`,
      ]);
      expect(await say(modder, 'redo func_2006_f')).toEqual([
        `Staged again: func_2006_f: (unnamed) => isRipe, with a comment, which ${handle} via ${evening.bot} had proposed.`,
      ]);
      expect(await say(modder, 'undo 2006')).toHaveLength(1);
      expect(await say(modder, 'undo func_2006_f')).toEqual([
        'Nothing was done:',
        'Nothing is staged for func_2006_f.',
      ]);
    });

    test('every reason against a proposal is told, and what can be done', async () => {
      expect(await say(modder, 'sm func_2000_a class')).toEqual([
        'Nothing was done:',
        'func_2000_a is called canGrowAt. Renaming takes force. !fsm does it all the same, for those who may.',
        'class is a reserved word of Java.',
      ]);
      expect(await say(modder, 'sf field_1002_c Age')).toEqual([
        'Nothing was done:',
        'Age should start with a lower-case letter. !fsf does it all the same, for those who may.',
      ]);
      expect(await say(modder, 'sf field_1002_c water')).toEqual([
        'Nothing was done:',
        'water is the name of another field: field_1001_b in net/minecraft/sample/plant/Plant. Choose another, or rename that one first.',
      ]);
      expect(await say(modder, 'sf Plant.func_2006_f isRipe')).toEqual(['Plant.func_2006_f is a method: !sm']);
      expect(await say(modder, 'fsm p_2000_1_ isRipe')).toEqual(['p_2000_1_ is a parameter: !fsp']);
      expect(await say(modder, 'rfc func_2006_f')).toEqual(['func_2006_f is a method: !rmc']);
      expect(await say(modder, 'lockf func_2006_f')).toEqual(['func_2006_f is a method: !lockm']);
      expect(await say(modder, 'sm nothingLikeThis x')).toEqual([
        expect.stringMatching(/^Nothing is called nothingLikeThis\./),
      ]);
      expect(await say(modder, 'sm func_2006_f')).toEqual(['Usage: !sm id newName [comment]']);
    });

    test('!fsm, !rmc: a maintainer renames, and takes a comment away', async () => {
      expect(await say(maintainer, 'fsm func_2001_b passDay')).toEqual([
        'Staged for 0.0-sample: method func_2001_b: grow => passDay',
      ]);
      expect(await say(maintainer, 'undo func_2001_b')).toHaveLength(1);
      expect(await say(maintainer, 'rmc func_2001_b')).toEqual([
        'Staged for 0.0-sample: method func_2001_b: grow, no comment any more',
      ]);
      expect(await say(maintainer, 'undo func_2001_b')).toHaveLength(1);
    });

    test('!lock and !unlock: a refusal says by whom, why and until when', async () => {
      const { handle } = maintainer.account;
      expect(await say(maintainer, 'lockm 2007 2030-01-31 too often renamed')).toEqual([
        'Locked in 0.0-sample: func_2007_f, until DAY',
      ]);
      const refused = await toldTo(modder.irc, evening, 'sm func_2007_f isWatered');
      expect(refused).toEqual([
        'Nothing was done:',
        `func_2007_f is locked by ${handle} until 2030-01-31T00:00:00.000Z: too often renamed. Ask who locked it, or say !unlock first if you may.`,
      ]);
      expect(await say(maintainer, 'lock func_2007_f 2030-02-31')).toEqual(['There is no day DAY.']);
      expect(await say(maintainer, 'unlock func_2007_f')).toEqual(['Unlocked in 0.0-sample: func_2007_f']);
    });

    test('!commit: one entry, one kind, all', async () => {
      for (const [index, srg] of UNNAMED.entries()) {
        expect(await say(modder, `sm ${srg} isOfName${index}`)).toHaveLength(1);
      }
      await say(modder, 'sf field_1000_a waterLevel');
      expect(await say(maintainer, `commit ${UNNAMED[0]}`)).toEqual(['Committed to 0.0-sample: 1 (1 method)']);
      expect(await say(maintainer, `commit ${UNNAMED[0]}`)).toEqual([`Nothing is staged for ${UNNAMED[0]}.`]);
      expect(await say(maintainer, 'commit method')).toEqual(['Committed to 0.0-sample: 3 (3 methods)']);
      await say(modder, 'sp p_2000_1_ inWhichGarden');
      await say(maintainer, 'commit 0.0-sample');
      expect(await say(maintainer, 'commit')).toEqual(['Nothing is staged.']);
      expect(await say(maintainer, 'commit 9.9')).toEqual(['Nothing was done:', expect.stringContaining('"9.9"')]);
    });

    test('a comment has lines where \\n is typed', async () => {
      await say(modder, 'sm func_2013_b bendTo Bends.\\n \\nNot \\n too far.');
      expect((await changes())[0]).toMatchObject({ newName: 'bendTo', newDocumentation: 'Bends.\n\nNot\ntoo far.' });
    });

    test('!sc: a class, which is committed by its whole name', async () => {
      const Vine = 'net/minecraft/sample/plant/Vine';
      expect(await say(modder, 'sc Vine Creeper It climbs.')).toEqual([
        'Nothing was done:',
        `${Vine} is called ${Vine}. Renaming takes force. !fsc does it all the same, for those who may.`,
      ]);
      expect(await say(maintainer, 'fsc Vine Creeper It climbs.')).toEqual([
        `Staged for 0.0-sample: class ${Vine}: ${Vine} => net/minecraft/sample/plant/Creeper, with a comment`,
      ]);
      expect(await say(maintainer, `commit ${Vine}`)).toEqual(['Committed to 0.0-sample: 1 (1 class)']);
    });

    test('what is locked stays behind for those who may not lock, and they are told why', async () => {
      const [locked, open] = ['func_2023_e', 'func_2024_f'];
      const { handle } = maintainer.account;
      const committer = await evening.modder('ivan', {
        roles: [RoleName.MAINTAINER],
        acting: [Permission.MAPPING_PROPOSE, Permission.MAPPING_COMMIT],
      });
      // What the tests before have left.
      await say(maintainer, 'commit');
      await say(committer, `sm ${locked} lockedIn`);
      await say(maintainer, `lock ${locked} a quarrel`);
      const why = `${locked} is locked by ${handle}: a quarrel.`;
      const staysBehind = `${why} Its change stays staged.`;
      expect(await say(committer, 'commit method')).toEqual(['Nothing was committed.', staysBehind]);
      await say(committer, `sm ${open} openWide`);
      expect(await say(committer, 'commit method')).toEqual([
        'Committed to 0.0-sample: 1 (1 method); 1 stays behind:',
        staysBehind,
      ]);
      const refused = ['Nothing was done:', `${why} Ask who locked it, or say !unlock first if you may.`];
      expect(await say(committer, `commit ${locked}`)).toEqual(refused);
      await say(committer, `undo ${locked}`);
      expect(await say(committer, `redo ${locked}`)).toEqual(refused);
    });

    test('IR12: one call takes back all that came by the bot since a time, whoever it was for', async () => {
      const since = new Date().toISOString();
      const other = await evening.modder('heidi', { acting: DEFAULT_ACTING });
      await say(modder, 'fsm func_2002_c x');
      await say(maintainer, 'fsm func_2002_c getTallness');
      await say(maintainer, 'commit func_2002_c');
      await say(other, 'sm func_2016_c getClimb');
      const byHand = await signUp(evening.service, { roles: [RoleName.MAINTAINER] });
      const { revertChanges } = await byHand.query(REVERT, {
        input: { via: evening.bot, since, reason: 'the key was stolen' },
      });
      expect(revertChanges).toMatchObject({ count: 2, userErrors: [] });
      expect((await say(other, 'gm func_2002_c')).join(' ')).toContain('=> getHeight');
      expect((await say(other, 'gm func_2016_c')).join(' ')).toContain('(unnamed)');
    });
  });

  test(`a message in the channel of ${NETWORK} counts as one in private does`, async () => {
    alice.irc.say('#mcp', '!!sm func_2016_c getClimb');
    await alice.irc.waitFor(/PRIVMSG #mcp :Staged for 0\.0-sample: method func_2016_c: \(unnamed\) => getClimb/);
  });
});
