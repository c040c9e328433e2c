import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { VersionData } from './settings.js';
import { writeSynthetic } from './synthetic.js';

/** Where the files of a version are, and what they are. */
export interface DataFolders {
  mappings: string;
  names: string;
  title: string;
  real: boolean;
  remove(): Promise<void>;
}

const DEFAULT_FOLDER = resolve(import.meta.dirname, '../../shared/data');

/** The real files of a version, or invented ones of about the same size where there are none. */
export async function openData(data: VersionData, folder = DEFAULT_FOLDER): Promise<DataFolders> {
  const mappings = join(folder, data.mappings);
  const names = join(folder, data.names);
  if (existsSync(mappings) && existsSync(names)) {
    const title = `Minecraft ${data.version} with the names of ${data.namesTitle}`;
    return { mappings, names, title, real: true, remove: async () => undefined };
  }
  console.warn(
    `No real data of ${data.version}: neither ../shared/data beside the project nor the folder that BENCH_DATA names ` +
      `has ${data.mappings} and ${data.names}. An invented version of about the same size is measured instead.`,
  );
  const made = await mkdtemp(join(tmpdir(), 'mcp-bench-'));
  const written = await writeSynthetic(made, data.version);
  return {
    ...written,
    title: `an invented version of about the size of ${data.version}; no real data was found`,
    real: false,
    remove: () => rm(made, { recursive: true, force: true }),
  };
}
