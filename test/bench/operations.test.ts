import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { logOf } from '../../bench/logs.js';
import * as operations from '../../bench/operations.js';
import { shapeClass, shapeSearch, withoutCursor } from '../../bench/peer-answers.js';
import { drawScale } from '../../bench/scale-drawing.js';
import { SCALE_CASES, SCALE_VERSIONS } from '../../bench/scale.js';
import { readSettings } from '../../bench/settings.js';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const { POSTGRAPHILE, inlineLookup, ...documents } = operations;

describe('what the benchmark asks', () => {
  it.each(Object.entries(documents))('%s is a document of the schema', (_, document) => {
    expect(validate(schema, parse(document))).toEqual([]);
  });

  it('so are arguments inline', () => {
    expect(validate(schema, parse(inlineLookup('func_1_a', '1.16.5')))).toEqual([]);
  });

  it.each(Object.entries(POSTGRAPHILE))('%s of PostGraphile can be read', (_, document) => {
    expect(() => parse(document)).not.toThrow();
  });

  it('a log has some 200 kB, and ids in their turn', () => {
    const log = logOf(['func_1_a', 'field_2_b']);
    expect(log.length).toBeGreaterThanOrEqual(200_000);
    expect(log).toContain('func_1_a');
    expect(log).toContain('field_2_b');
  });
});

describe("PostGraphile's answers in the service's shape", () => {
  it('a search: one more than was asked for says that there are more', () => {
    const hit = { score: 1, kind: 'METHOD', srg: 'func_1_a', name: 'one' };
    const node = { kind: 'METHOD', srg: 'func_1_a', name: 'one' };
    const ours = { search: { edges: [{ score: 1, node }], pageInfo: { hasNextPage: true, endCursor: 'x' } } };
    expect(shapeSearch(1)({ search: [hit, hit] })).toEqual(withoutCursor(ours));
  });

  it('a class: lists as connections, times as the service writes them', () => {
    const change = { newName: 'one', state: 'COMMITTED' };
    const createdAt = '2026-11-28T17:53:29.627000+00:00';
    const theirs = {
      srg: 'a/B',
      methodsList: [
        {
          obf: 'a',
          mappingByMemberId: {
            srg: 'func_1_a',
            historyList: [{ ...change, createdAt, userByAuthorId: { handle: 'somebody' } }],
          },
        },
      ],
    };
    const ours = { ...change, createdAt: '2026-11-28T17:53:29.627Z', author: { handle: 'somebody' } };
    const member = { srg: 'func_1_a', changes: { nodes: [ours] } };
    expect(shapeClass({ class: theirs })).toEqual({
      class: { srg: 'a/B', methods: { nodes: [{ obf: 'a', member }] } },
    });
    expect(shapeClass({ class: null })).toEqual({ class: null });
  });
});

it('cases may be named in one option or in several', () => {
  expect(readSettings(['--only', 'lookup,class', '--only', 'export'])?.only).toEqual(['lookup', 'class', 'export']);
});

it('the drawing has a panel for each case and a dot for each figure', () => {
  const figures = { requests: 1, perSecond: 1, p50: 1, p99: 1, serverCpu: 70, databaseCpu: 30, serverBusy: 1 };
  const all = SCALE_CASES.flatMap((name) =>
    SCALE_VERSIONS.map((versions) => ({
      side: 'ours' as const,
      processes: 1,
      connections: 10,
      versions,
      name,
      figures,
      refused: 0,
    })),
  );
  const drawing = drawScale(all);
  expect(drawing.match(/<circle /g)).toHaveLength(all.length);
  for (const name of SCALE_CASES) expect(drawing).toContain(`>${name}</text>`);
});
