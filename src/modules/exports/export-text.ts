import type { Tx } from '../../db/index.js';
import {
  withParameters,
  type DocumentedParameter,
  type MappingsFormat,
  type NamedEntry,
  type Namespace,
  type NamesFormat,
} from '../formats/index.js';
import type { NameSet } from '../name-sets/name-set.js';
import { MemberPlanner } from './written-members.js';
import { parameterSlotsOf, type Structure } from './structure.store.js';

/** Characters that are handed on at once. */
const BLOCK = 64 * 1024;

/** What of a target is written. */
export interface ExportChoice {
  /** In order; as the format has it where a query picks none. */
  namespaces: readonly Namespace[];
  documentation: boolean;
}

/** One file of names by SRG id, some text at a time. */
export async function* namesText(
  tx: Tx,
  names: NameSet,
  format: NamesFormat,
  documentation: boolean,
): AsyncGenerator<string> {
  const documented =
    documentation && format.kind === 'METHOD' ? await documentedParameters(tx, names) : new Map<string, never[]>();
  yield format.header;
  for await (const entries of names.entries(format.kind, format.kind === 'PARAMETER' ? 'PARAMS' : 'BYTES')) {
    let text = '';
    for (const entry of entries) {
      const own = documentation ? entry.documentation : null;
      const parameters = documented.get(entry.srg);
      text += format.row(entry, parameters === undefined ? own : withParameters(own, parameters));
    }
    yield text;
  }
}

/** The parameters with documentation by method, in the order of their slots: methods.csv has it, as params.csv has no room. */
async function documentedParameters(tx: Tx, names: NameSet): Promise<Map<string, DocumentedParameter[]>> {
  const found = new Map<string, NamedEntry>();
  for await (const entries of names.entries('PARAMETER')) {
    for (const entry of entries) if (entry.documentation !== null) found.set(entry.srg, entry);
  }
  const byMethod = new Map<string, DocumentedParameter[]>();
  if (found.size === 0) return byMethod;
  const slots = await parameterSlotsOf(tx, names.target.version.id, [...found.keys()]);
  for (const { srg, method } of slots.sort((a, b) => (a.slot ?? 0) - (b.slot ?? 0))) {
    const entry = found.get(srg)!;
    const parameter = { name: entry.name ?? srg, documentation: entry.documentation! };
    byMethod.set(method, [...(byMethod.get(method) ?? []), parameter]);
  }
  return byMethod;
}

/** One file of classes and members, some text at a time. */
export async function* mappingsText(
  structure: Structure,
  names: Pick<NameSet, 'namesOf' | 'target'>,
  format: MappingsFormat,
  { namespaces, documentation }: ExportChoice,
): AsyncGenerator<string> {
  const { version } = names.target;
  const writer = format.writer({ gameVersion: version.name, namespaces });
  const planner = new MemberPlanner(await structure.classes(), names, {
    format,
    namespaces,
    documentation,
  });
  let text = writer.begin();
  const { classes } = planner;
  if (format.order === 'SECTIONS') for (const each of classes) text += writer.class(each.written);
  // Classes are few and at hand; members come some at a time, in the order of the classes.
  let next = 0;
  const classesUpTo = (ownerId: number | null): string => {
    if (format.order === 'SECTIONS') return '';
    let lines = '';
    while (next < classes.length && (next === 0 || classes[next - 1]!.id !== ownerId)) {
      lines += writer.class(classes[next++]!.written);
    }
    return lines;
  };
  const selection = {
    classIds: classes.map(({ id }) => id),
    fieldsFirst: format.order === 'SECTIONS',
    constructors: format.constructors,
    parameters: format.parameters,
  };
  for await (const rows of structure.members(selection)) {
    for (const row of rows) {
      text += classesUpTo(row.ownerId);
      text += row.kind === 'FIELD' ? writer.field(planner.field(row)) : writer.method(planner.method(row));
      if (text.length >= BLOCK) {
        yield text;
        text = '';
      }
    }
  }
  yield text + classesUpTo(null) + writer.end();
}
