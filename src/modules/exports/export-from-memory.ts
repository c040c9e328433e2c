import type { NameTarget } from '../name-sets/target.js';
import type { ReadModels } from '../read-model/read-models.js';
import { compressed, type BuiltExport } from './build-export.js';
import { mappingsText, type ExportChoice } from './export-text.js';
import type { ExportedFile } from './exported-file.js';
import { NamesMoved, rememberedStructure } from './remembered-structure.js';

/** Of committed names that lie over nothing. */
const committed = (target: NameTarget) => ({
  target,
  namesOf: <Names>(_kind: string, _srg: string, names: Names): Names => names,
});

/**
 * Makes a file of the committed names of a version out of memory, without a statement.
 * @returns null where memory does not have them as the target stands, or no longer: the database has
 */
export async function exportFromMemory(
  models: ReadModels,
  target: NameTarget,
  file: ExportedFile,
  choice: ExportChoice,
): Promise<BuiltExport | null> {
  const { version, release, staged, changedAt } = target;
  if (file.shape !== 'MAPPINGS' || release !== null || staged !== 'NONE') return null;
  // What may have changed is compared first.
  await models.versions();
  const model = models.model(version.id);
  if (model === null || model.marks.head !== version.head) return null;
  try {
    const text = mappingsText(rememberedStructure(model), committed(target), file, choice);
    return { changedAt, ...(await compressed(text)) };
  } catch (error) {
    if (error instanceof NamesMoved) return null;
    throw error;
  }
}
