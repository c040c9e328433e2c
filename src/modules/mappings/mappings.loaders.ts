import type { Database } from '../../db/index.js';
import { loadBatched } from '../../graphql/batch.js';
import type { Context } from '../../graphql/context.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../shared/page.js';
import type { Soon } from '../../shared/soon.js';
import { listKind, loadPage } from '../../graphql/nested-list.js';
import { groupBy } from '../../shared/group-by.js';
import * as held from '../read-model/model-lists.js';
import type { ReadModels } from '../read-model/read-models.js';
import type { VersionModel } from '../read-model/version-model.js';
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
  const nodes = page.nodes.map((half) => {
    const { id, obf, obfDescriptor, srgDescriptor, exceptions } = half;
    return { id, obf, obfDescriptor, srgDescriptor, exceptions, ...ends(half) };
  });
  return { ...page, nodes, edges: page.edges.map(({ cursor }, i) => ({ cursor, node: nodes[i]! })) };
}

const keyOf = ({ id }: { id: number }) => [id];

/** The id behind which a page goes on. */
const idBehind = ({ after }: PageRequest): number | null =>
  after === null ? null : (decodeCursor(after, ['int'])[0] as number);

const LISTS = { members: listKind(), declarations: listKind(), classes: listKind(), unnamed: listKind() };
const PARAMETERS = {};
const METHOD = {};
const CLASS_COVERAGE = {};

/** What the fields of entries and versions read: from memory, or gathered over the whole request. */
export class MappingLoaders {
  constructor(
    private readonly db: Database,
    private readonly models: ReadModels,
  ) {}

  /** The model that an entry's version has in memory, where the entry is in it. */
  private modelOf({ id, versionId }: MappingRow): VersionModel | null {
    const model = this.models.model(versionId);
    return model !== null && model.entries.placeOf(id) !== -1 ? model : null;
  }

  /** The methods or fields that a class carries. */
  members(
    context: Context,
    owner: MappingRow,
    kind: MemberKind,
    filter: store.ListFilter,
    page: PageRequest,
  ): Soon<Page<DeclarationRow>> {
    const model = this.modelOf(owner);
    if (model !== null && held.isComparable(model, filter.query)) {
      const rows = held.membersOf(model, owner, kind, filter, { after: idBehind(page), limit: page.first + 1 });
      return toPage(rows, page, keyOf, () => held.countMembersOf(model, owner, kind, filter));
    }
    return this.storedMembers(context, owner, kind, filter, page);
  }

  private async storedMembers(
    context: Context,
    owner: MappingRow,
    kind: MemberKind,
    filter: store.ListFilter,
    page: PageRequest,
  ): Promise<Page<DeclarationRow>> {
    const found = await loadPage<HalfDeclaration>(context, LISTS.members, [kind, filter], owner.id, page, {
      read: (request) => store.membersOf(this.db, kind, filter, request),
      count: (parents) => store.countMembersOf(this.db, kind, filter, parents),
      parentOf: (row) => row.parent,
      key: keyOf,
      keyTypes: ['int'],
    });
    return completed(found, ({ far: member }) => ({ owner, member }));
  }

  /** The classes that carry a member. */
  declarations(context: Context, member: MappingRow, page: PageRequest): Soon<Page<DeclarationRow>> {
    const model = this.modelOf(member);
    if (model !== null) {
      const rows = held.declarationsOf(model, member, { after: idBehind(page), limit: page.first + 1 });
      return toPage(rows, page, keyOf, () => held.countDeclarationsOf(model, member));
    }
    return this.storedDeclarations(context, member, page);
  }

  private async storedDeclarations(context: Context, member: MappingRow, page: PageRequest) {
    const found = await loadPage<HalfDeclaration>(context, LISTS.declarations, null, member.id, page, {
      read: (request) => store.declarationsOf(this.db, request),
      count: (parents) => store.countDeclarationsOf(this.db, parents),
      parentOf: (row) => row.parent,
      key: keyOf,
      keyTypes: ['int'],
    });
    return completed(found, ({ far: owner }) => ({ owner, member }));
  }

  classes(context: Context, versionId: number, query: string | null, page: PageRequest): Soon<Page<MappingRow>> {
    const key = ({ srg }: MappingRow) => [srg];
    const model = this.models.model(versionId);
    const behind = page.after === null ? null : (decodeCursor(page.after, ['string'])[0] as string);
    if (model !== null && held.isComparable(model, query) && held.isComparable(model, behind)) {
      const rows = held.classesOf(model, query, { after: behind, limit: page.first + 1 });
      return toPage(rows, page, key, () => held.countClassesOf(model, query));
    }
    return loadPage<MappingRow>(context, LISTS.classes, query, versionId, page, {
      read: (request) => store.classesOf(this.db, query, request),
      count: (parents) => store.countClassesOf(this.db, query, parents),
      parentOf: (row) => row.versionId,
      key,
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

  parameters(context: Context, method: MappingRow): Soon<MappingRow[]> {
    const model = this.modelOf(method);
    return model === null ? this.storedParameters(context, method.id) : held.parametersOf(model, method);
  }

  private async storedParameters(context: Context, methodId: number): Promise<MappingRow[]> {
    const rows = await loadBatched(context, PARAMETERS, null, methodId, async (methods: number[]) =>
      groupBy(await store.parametersOf(this.db, methods), (row) => row.methodId!),
    );
    return rows ?? [];
  }

  /** The method or constructor that a parameter belongs to. */
  methodOf(context: Context, parameter: MappingRow): Soon<MappingRow | null> {
    const { methodId } = parameter;
    if (methodId === null) return null;
    const entries = this.modelOf(parameter)?.entries;
    const place = entries?.placeOf(methodId) ?? -1;
    return entries === undefined || place === -1 ? this.storedMethod(context, methodId) : entries.row(place);
  }

  private async storedMethod(context: Context, id: number): Promise<MappingRow | null> {
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
