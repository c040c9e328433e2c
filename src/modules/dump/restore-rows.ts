import { createHash } from 'node:crypto';
import type { CopyValue } from '../../db/copy.js';
import { AppError } from '../../shared/errors.js';
import { UserErrors } from '../../shared/user-errors.js';
import { checkHandle } from '../accounts/handles.js';
import { checkVersionName, versionSortKey } from '../versions/version-name.js';
import type { DumpHeader } from './dump-format.js';
import { copyBytes, RowFault, rowReader } from './row-values.js';
import { columnOf, type Section } from './sections.js';

/** Columns of a section that a dump does not have, as they follow from what it has. */
interface Derived {
  columns: readonly string[];
  values: (row: Record<string, unknown>, header: DumpHeader) => CopyValue[];
}

/** What a rule of the service says of a value, told of the row. */
function ruled<T>(rule: () => T): T {
  try {
    return rule();
  } catch (error) {
    if (error instanceof AppError || error instanceof UserErrors) throw new RowFault(error.message.replace(/\.$/, ''));
    throw error;
  }
}

const DERIVED: Readonly<Record<string, Derived>> = {
  users: {
    columns: ['handle_key', 'handle_skeleton', 'erased_at'],
    values({ handle, erased }, { madeAt }) {
      const { key, skeleton } = ruled(() => checkHandle(handle as string));
      return [key, skeleton, erased === true ? madeAt : null];
    },
  },
  gameVersions: {
    columns: ['sort_key'],
    values: ({ name }) => [versionSortKey(ruled(() => checkVersionName(name as string)))],
  },
  releaseFiles: {
    columns: ['size', 'md5', 'sha1', 'sha512'],
    values({ content, sha256 }) {
      const bytes = Buffer.from(content as string, 'base64');
      const digest = (algorithm: string) => createHash(algorithm).update(bytes).digest();
      if (digest('sha256').toString('hex') !== sha256) throw new RowFault('"sha256" is not that of "content"');
      return [bytes.length, ...['md5', 'sha1', 'sha512'].map((algorithm) => copyBytes(digest(algorithm)))];
    },
  },
};

/** How the rows of a section become those of its table. */
export interface RowRestorer {
  /** The table with its columns, as COPY takes them. */
  target: string;
  /** The values of a row, in the order of the columns. @throws RowFault */
  values: (row: Record<string, unknown>) => CopyValue[];
}

export function rowRestorer(section: Section, header: DumpHeader): RowRestorer {
  const read = rowReader(section);
  const kept = Object.keys(section.fields).filter((field) => section.made?.[field] === undefined);
  const derived = DERIVED[section.name];
  const columns = [...kept.map(columnOf), ...(derived?.columns ?? [])];
  return {
    target: `${section.table} (${columns.map((column) => `"${column}"`).join(', ')})`,
    values(row) {
      const values = read(row);
      return [...kept.map((field) => values[field]!), ...(derived?.values(row, header) ?? [])];
    },
  };
}
