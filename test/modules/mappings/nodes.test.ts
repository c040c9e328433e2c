import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  LookupDocument,
  NodeByIdDocument,
  NodesByIdDocument,
  VersionsDocument,
} from '../../support/generated/documents.js';
import { startTestService, type TestService } from '../../support/service.js';

let service: TestService;
let ids: { GameVersion: string; Class: string; Method: string; Field: string; Parameter: string };
beforeAll(async () => {
  service = await startTestService();
  const idOf = async (name: string) => (await service.query(LookupDocument, { name })).lookup[0]!.id;
  ids = {
    GameVersion: (await service.query(VersionsDocument, {})).gameVersions.nodes[0]!.id,
    Class: await idOf('Hedgehog'),
    Method: await idOf('func_2001_b'),
    Field: await idOf('field_1002_c'),
    Parameter: await idOf('p_2001_1_'),
  };
});
afterAll(() => service.close());

const node = async (id: string) => (await service.query(NodeByIdDocument, { id })).node;
const nodes = async (wanted: string[]) => (await service.query(NodesByIdDocument, { ids: wanted })).nodes;
const forge = (text: string) => Buffer.from(text).toString('base64url');
/** The row's number out of an id, which only a forger reads. */
const keyOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;

describe('node', () => {
  it('comes back to every type of object', async () => {
    expect(await node(ids.GameVersion)).toEqual({ __typename: 'GameVersion', id: ids.GameVersion, name: '0.0-sample' });
    for (const [type, srg] of [
      ['Class', 'net/minecraft/sample/creature/Hedgehog'],
      ['Method', 'func_2001_b'],
      ['Field', 'field_1002_c'],
      ['Parameter', 'p_2001_1_'],
    ] as const) {
      expect(await node(ids[type])).toEqual({ __typename: type, id: ids[type], srg });
    }
  });

  it('RB4: an id with the type of another row is null', async () => {
    const types = ['GameVersion', 'Class', 'Method', 'Field', 'Parameter'] as const;
    // A version's number is some entry's too: only entries tell types apart by row.
    for (const row of ['Class', 'Method', 'Field', 'Parameter'] as const) {
      for (const type of types.filter((other) => other !== row)) {
        expect(await node(forge(`${type}:${keyOf(ids[row])}`)), `${type} of a ${row}`).toBeNull();
      }
    }
  });

  it.each([
    ...['0', '-1', '01', '1.0', '1e1', ' 1', '1 ', '2147483647', '2147483648', '99999999999999999999', 'abc', '1;2'],
    ...["1' OR '1'='1", '😀', 'NaN', 'null', '1\n', '1:1'],
  ])('RB4: a forged key %j is null', async (key) => {
    for (const type of ['GameVersion', 'Class', 'Method']) expect(await node(forge(`${type}:${key}`))).toBeNull();
  });

  it.each(['User:1', 'Mapping:1', 'Node:1', 'Query:1', 'Declaration:1', 'ClassConnection:1', 'Nothing:1', 'String:1'])(
    'RB4: a type that no id names is null: %s',
    async (id) => {
      expect(await node(forge(id))).toBeNull();
    },
  );

  it.each([
    ['the empty text', ''],
    ['a number', '1'],
    ['an SRG id', 'func_2001_b'],
    ['no type', forge(':1')],
    ['no key', forge('Class:')],
    ['no colon', forge('Class')],
    ['a type in small letters', forge('class:1')],
    ['a property of every object', forge('__proto__:1')],
    ['bytes that are no text', Buffer.from([0x43, 0x3a, 0xff, 0xfe]).toString('base64url')],
    ['a NUL character', '\0'],
    ['a long text', 'Q'.repeat(100_000)],
  ])('RB4: %s is no id of this service', async (_, id) => {
    const error = await service.refused(NodeByIdDocument, { id });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.message).toContain('is not an id of this service');
    expect(error.message.length).toBeLessThan(200);
  });

  it('RB4: another spelling of an id is none', async () => {
    for (const spelling of [`${ids.Class}=`, ` ${ids.Class}`, `${ids.Class}\n`, ids.Class.toLowerCase()]) {
      expect((await service.refused(NodeByIdDocument, { id: spelling })).extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

describe('nodes', () => {
  it('answers in the order of the ids, with null for what is not there', async () => {
    const wanted = [
      ids.Parameter,
      forge('Class:2147483647'),
      ids.GameVersion,
      ids.Class,
      ids.Parameter,
      forge('User:1'),
    ];
    expect(await nodes(wanted)).toEqual([
      { __typename: 'Parameter', id: ids.Parameter },
      null,
      { __typename: 'GameVersion', id: ids.GameVersion },
      { __typename: 'Class', id: ids.Class },
      { __typename: 'Parameter', id: ids.Parameter },
      null,
    ]);
    expect(await nodes([])).toEqual([]);
  });

  it('takes 100 ids and not one more', async () => {
    expect(await nodes(Array<string>(100).fill(ids.Field))).toHaveLength(100);
    const error = await service.refused(NodesByIdDocument, { ids: Array<string>(101).fill(ids.Field) });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.message).toBe('"ids" takes at most 100 ids, not 101.');
  });

  it('RB4: one id that is none refuses them all, and is named', async () => {
    const error = await service.refused(NodesByIdDocument, { ids: [ids.Class, 'forged'] });
    expect(error.extensions).toMatchObject({ code: 'BAD_USER_INPUT', id: 'forged' });
  });
});
