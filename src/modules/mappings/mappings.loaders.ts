import type { Database } from '../../db/index.js';
import { loadBatched } from '../../graphql/batch.js';
import type { Context } from '../../graphql/context.js';
import type { Page, PageRequest } from '../../shared/page.js';
import { listKind, loadPage } from '../../graphql/nested-list.js';
import { groupBy } from '../../shared/group-by.js';
import type { CoverageRow } from '../versions/versions.store.js';
import type { DeclarationRow, MappingKind, MappingRow } from './mapping.js';
import type { HalfDeclaration } from './mappings.rows.js';
import * as store from './mappings.store.js';

type MemberKind = 'METHOD' | 'FIELD';

/** Puts both ends to the declarations of a page. */
function completed(
  page: Page<HalfDeclaration>,
  ends: (half: HalfDeclaration) => Pick<DeclarationRow, 'owner' | 'member'>,
): Page<DeclarationRow> {
  const edges = page.edges.map(({ cursor, node }) => {
    const { id, obf, obfDescriptor, srgDescriptor, exceptions } = node;
    return { cursor, node: { id, obf, obfDescriptor, srgDescriptor, exceptions, ...ends(node) } };
  });
  return { ...page, edges };
}

const LISTS = { members: listKind(), declarations: listKind(), classes: listKind(), unnamed: listKind() };
const PARAMETERS = {};
const METHOD = {};
const CLASS_COVERAGE = {};

/** What the fields of entries and versions read, gathered over the whole request. */
export class MappingLoaders {
  constructor(private readonly db: Database) {}

  /** The methods or fields that a class carries. */
  async members(context: Context, owner: MappingRow, kind: MemberKind, filter: store.ListFilter, page: PageRequest) {
    const found = await loadPage<HalfDeclaration>(context, LISTS.members, [kind, filter], owner.id, page, {
      read: (request) => store.membersOf(this.db, kind, filter, request),
      count: (parents) => store.countMembersOf(this.db, kind, filter, parents),
      parentOf: (row) => row.parent,
      key: (row) => [row.id],
      keyTypes: ['int'],
    });
    return completed(found, ({ far: member }) => ({ owner, member }));
  }

  /** The classes that carry a member. */
  async declarations(context: Context, member: MappingRow, page: PageRequest) {
    const found = await loadPage<HalfDeclaration>(context, LISTS.declarations, null, member.id, page, {
      read: (request) => store.declarationsOf(this.db, request),
      count: (parents) => store.countDeclarationsOf(this.db, parents),
      parentOf: (row) => row.parent,
      key: (row) => [row.id],
      keyTypes: ['int'],
    });
    return completed(found, ({ far: owner }) => ({ owner, member }));
  }

  classes(context: Context, versionId: number, query: string | null, page: PageRequest) {
    return loadPage<MappingRow>(context, LISTS.classes, query, versionId, page, {
      read: (request) => store.classesOf(this.db, query, request),
      count: (parents) => store.countClassesOf(this.db, query, parents),
      parentOf: (row) => row.versionId,
      key: (row) => [row.srg],
      keyTypes: ['string'],
    });
  }

  unnamed(context: Context, versionId: number, kinds: readonly MappingKind[] | null, page: PageRequest) {
    return loadPage<store.WantedRow>(context, LISTS.unnamed, kinds, versionId, page, {
      read: (request) => store.unnamedOf(this.db, kinds, request),
      count: (parents) => store.countUnnamedOf(this.db, kinds, parents),
      parentOf: (row) => row.versionId,
      key: (row) => [row.demand, row.id],
      keyTypes: ['int', 'int'],
    });
  }

  async parameters(context: Context, methodId: number): Promise<MappingRow[]> {
    const rows = await loadBatched(context, PARAMETERS, null, methodId, async (methods: number[]) =>
      groupBy(await store.parametersOf(this.db, methods), (row) => row.methodId!),
    );
    return rows ?? [];
  }

  async method(context: Context, id: number): Promise<MappingRow | null> {
    const byId = async (ids: number[]) => new Map((await store.mappingsById(this.db, ids)).map((row) => [row.id, row]));
    return (await loadBatched(context, METHOD, null, id, byId)) ?? null;
  }

  async classCoverage(context: Context, classId: number): Promise<CoverageRow[]> {
    const rows = await loadBatched(context, CLASS_COVERAGE, null, classId, async (classes: number[]) =>
      groupBy(await store.classCoverage(this.db, classes), (row) => row.parent),
    );
    return rows ?? [];
  }
}
