import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { SAMPLE_VERSION } from '../../../src/modules/imports/sample.js';
import type { TestClient } from '../../support/client.js';
import { signUp, type Person } from '../../support/people.js';
import { startReplica } from '../../support/replica.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies, importCsv, importText } from '../../support/versions.js';
import { commit, naming, redo, setNames, staged, undo } from '../changes/support.js';
import { heldModel, PLENTY } from './support.js';

let service: TestService;
/** Another process on the same database, or what comes nearest where that is in this one. */
let replica: TestService;
let contributor: Person;
let maintainer: Person;
let admin: Person;
beforeAll(async () => {
  service = await startTestService({ readModelBytes: PLENTY });
  await setNames(service, SAMPLE_VERSION, { func_2005_e: null, func_2006_f: null, func_2007_f: null });
  replica = await startReplica(service, { readModelBytes: PLENTY });
  contributor = await signUp(service, { roles: [RoleName.CONTRIBUTOR] });
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
  admin = await signUp(service, { roles: [RoleName.ADMIN] });
  await heldModel(service);
  await heldModel(replica);
});
afterAll(async () => {
  await replica.close();
  await service.close();
});

const ASKED = `query ($srg: String!, $name: String!, $text: String!) {
  mapping(srg: $srg) { name documentation }
  lookup(name: $name) { srg }
  search(query: $name, first: 5) { edges { score node { srg } } }
  translate(from: SRG, to: MCP, names: [$srg]) { to }
  deobfuscate(text: $text) { text }
}`;

interface Asked {
  mapping: { name: string | null; documentation: string | null };
  lookup: { srg: string }[];
  search: { edges: { score: number; node: { srg: string } }[] };
  translate: { to: string | null }[];
  deobfuscate: { text: string };
}

/** What an entry is called by everything that answers from memory. */
async function told(client: TestClient, srg: string, name: string) {
  const answer = (await client.query(ASKED, { srg, name, text: `at ${srg}()` })) as unknown as Asked;
  return {
    name: answer.mapping.name,
    found: answer.lookup.some((entry) => entry.srg === srg),
    score: answer.search.edges.find(({ node }) => node.srg === srg)?.score ?? null,
    translated: answer.translate[0]!.to,
    text: answer.deobfuscate.text,
  };
}

const named = (name: string) => ({ name, found: true, score: 1, translated: name, text: `at ${name}()` });

describe('what somebody does is in the answer to their very next question, and before long in every process', () => {
  test('proposals, commits, undoing and doing again', async () => {
    const srg = 'func_2007_f';
    const before = await told(contributor, srg, 'warmTheSoil');
    expect(before).toMatchObject({ found: false, score: null });
    await staged(contributor, naming({ [srg]: 'warmTheSoil' }));
    expect(await told(contributor, srg, 'warmTheSoil')).toEqual({ ...before, score: 0.48 });
    await vi.waitFor(async () => expect((await told(replica.client(), srg, 'warmTheSoil')).score).toBe(0.48));
    await undo(contributor, srg);
    expect(await told(contributor, srg, 'warmTheSoil')).toEqual(before);
    await redo(contributor, srg);
    expect((await told(contributor, srg, 'warmTheSoil')).score).toBe(0.48);
    await commit(maintainer);
    expect(await told(maintainer, srg, 'warmTheSoil')).toEqual(named('warmTheSoil'));
    await vi.waitFor(async () =>
      expect(await told(replica.client(), srg, 'warmTheSoil')).toEqual(named('warmTheSoil')),
    );
    await staged(maintainer, naming({ [srg]: 'heatTheSoil' }), { force: true });
    await commit(maintainer);
    expect(await told(maintainer, srg, 'heatTheSoil')).toEqual(named('heatTheSoil'));
    // What it was called before.
    expect((await told(maintainer, srg, 'warmTheSoil')).score).toBe(0.45);
  });

  test('in the payload of the mutation itself', async () => {
    await staged(contributor, naming({ func_2005_e: 'graftUpon' }));
    const document = `mutation { commitChanges(input: {}) { changes { mapping { name version { name } } } } }`;
    const { commitChanges } = (await maintainer.query(document, {})) as unknown as {
      commitChanges: { changes: { mapping: { name: string } }[] };
    };
    expect(commitChanges.changes.map(({ mapping }) => mapping.name)).toEqual(['graftUpon']);
  });

  test('imports of names and of versions', async () => {
    const srg = 'func_2006_f';
    await importCsv(
      service.db,
      SAMPLE_VERSION,
      'methods.csv',
      `searge,name,side,desc\n${srg},isWateredDaily,0,Told.\n`,
    );
    for (const each of [service, replica]) {
      await vi.waitFor(async () =>
        expect((await told(each.client(), srg, 'isWateredDaily')).name).toBe('isWateredDaily'),
      );
    }
    await importText(service.db, '0.7', 'a net/minecraft/Only\n\ta ()V func_9001_a\n');
    const asked = `{ lookup(name: "func_9001_a", version: "0.7") { srg } gameVersions { nodes { name } } }`;
    for (const each of [service, replica]) {
      await vi.waitFor(async () => expect(JSON.stringify(await each.client().query(asked, {}))).toContain('"srg"'));
      await each.models.settled();
    }
    await importText(service.db, '0.7', 'a net/minecraft/Only\n\ta ()V func_9002_a\n');
    for (const each of [service, replica]) {
      await vi.waitFor(async () => expect(JSON.stringify(await each.client().query(asked, {}))).not.toContain('"srg"'));
    }
  });

  test('which version is the current one, and frozen', async () => {
    await importCopies(service.db, ['0.8']);
    const current = async (client: TestClient) =>
      JSON.stringify(
        await client.query(`{ gameVersion { name frozen } mapping(srg: "func_2001_b") { version { name } } }`, {}),
      );
    const becomes = (name: string) =>
      admin.query(`mutation { setCurrentGameVersion(input: { name: "${name}" }) { gameVersion { name } } }`, {});
    await becomes('0.8');
    expect(await current(admin)).toBe(
      '{"gameVersion":{"name":"0.8","frozen":false},"mapping":{"version":{"name":"0.8"}}}',
    );
    await vi.waitFor(async () => expect(await current(replica.client())).toContain('{"version":{"name":"0.8"}}'));
    await admin.query(`mutation { freezeGameVersion(input: { name: "0.8" }) { gameVersion { name } } }`, {});
    expect(await current(admin)).toContain('"frozen":true');
    await becomes(SAMPLE_VERSION);
    expect(await current(admin)).toContain(`{"version":{"name":"${SAMPLE_VERSION}"}}`);
  });

  test('a version that is gone', async () => {
    await service.db.query(`DELETE FROM game_versions WHERE name = '0.7'`);
    const refused = { lookup: `query { lookup(name: "a", version: "0.7") { srg } }` };
    await vi.waitFor(async () => {
      for (const each of [service, replica]) {
        const { errors } = await each.client().send(refused.lookup, {});
        expect(errors?.[0]?.message).toMatch(/^There is no game version "0.7". There is /);
      }
    });
  });
});

test('nobody who writes is answered with less than they wrote, however many write', async () => {
  const srgs = ['func_2001_b', 'func_2002_c', 'func_2003_d', 'func_2004_d'];
  const people = await Promise.all(srgs.map(() => signUp(service, { roles: [RoleName.MAINTAINER] })));
  let ended = false;
  const readers = [service, replica].map(async (each) => {
    const seen = new Map<string, number>();
    while (!ended) {
      for (const srg of srgs) {
        const document = `{ mapping(srg: "${srg}") { name } }`;
        const { mapping } = await each.client().query<{ mapping: { name: string | null } }, object>(document, {});
        const round = Number(/^stormed(\d+)/.exec(mapping.name ?? '')?.[1] ?? -1);
        expect(round).toBeGreaterThanOrEqual(seen.get(srg) ?? -1);
        seen.set(srg, round);
      }
    }
  });
  const writing = Promise.all(
    people.map(async (person, i) => {
      for (let round = 0; round < 6; round++) {
        const name = `stormed${round}Of${i}`;
        const [change] = await staged(person, naming({ [srgs[i]!]: name }), { force: true });
        expect((await told(person, srgs[i]!, name)).score).toBe(0.48);
        await commit(maintainer, { changes: [change!.id] });
        expect(await told(person, srgs[i]!, name)).toEqual(named(name));
      }
    }),
  );
  await writing.finally(() => (ended = true));
  await Promise.all(readers);
});
