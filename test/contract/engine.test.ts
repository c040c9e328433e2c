import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { printAnnotatedSchema } from '../../src/graphql/print.js';
import { missingDescriptions, undatedDeprecations } from '../support/contract.js';
import { librarySchema } from '../support/library.js';

describe('the contract of a schema', () => {
  const { schema } = librarySchema();

  it('describes everything', () => {
    expect(missingDescriptions(schema)).toEqual([]);
    const bare = buildSchema(`
      type Query { a(b: Int): E "Requires MAPPING_LOCK." c: Int } enum E { X } input I { d: Int } directive @e(f: Int) on OBJECT`);
    expect(missingDescriptions(bare)).toEqual([
      'Query.a',
      'Query.a(b)',
      'Query.c',
      'E',
      'E.X',
      'I',
      'I.d',
      '@e',
      '@e(f)',
    ]);
  });

  it('dates what is deprecated', () => {
    const deprecated = buildSchema(`type Query {
      a: Int @deprecated(reason: "Use b.") b: Int @deprecated(reason: "2026-01-31: use c.") c(d: Int @deprecated): Int }`);
    expect(undatedDeprecations(schema)).toEqual([]);
    expect(undatedDeprecations(deprecated)).toEqual(['Query.a', 'Query.c(d)']);
  });

  it('prints with its rules, alike each time, as a schema that can be read back', () => {
    const printed = printAnnotatedSchema(schema);
    expect(printed).toBe(printAnnotatedSchema(librarySchema().schema));
    expect(printed).toContain('type Note implements Node @requires(permission: AUDIT_READ) {');
    expect(printed).toMatch(/shelf: String @authenticated/);
    const types = [...printed.matchAll(/^(?:type|enum|interface|union|scalar|input) (\w+)/gm)].map(([, name]) => name!);
    expect(types.slice(0, 3)).toEqual(['Query', 'Mutation', 'Subscription']);
    expect(types.slice(3)).toEqual(types.slice(3).sort());
    expect(missingDescriptions(buildSchema(printed))).toEqual([]);
  });
});
