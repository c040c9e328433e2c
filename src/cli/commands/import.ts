import type { Command } from 'commander';
import type { Database } from '../../db/index.js';
import { findUser } from '../../modules/accounts/shell.service.js';
import { holdsNames, readNames, readVersion } from '../../modules/imports/read-source.js';
import { importNames } from '../../modules/imports/names-import.service.js';
import {
  openMavenArtifact,
  openSource,
  type ImportSource,
  type SourceOptions,
} from '../../modules/imports/sources/index.js';
import { importVersion, type ImportStep } from '../../modules/imports/version-import.service.js';
import { MisuseError, type CliContext, type Progress } from '../context.js';
import { namesReportText, versionReportText } from '../report-text.js';

interface VersionOptions {
  version: string;
  current?: boolean;
  from?: string;
  keepSample?: boolean;
}

/** Opens a source with progress, hands it and the database to `work`, and closes both. */
async function withSource(
  context: CliContext,
  label: string,
  open: (options: SourceOptions) => Promise<ImportSource>,
  work: (source: ImportSource, openDatabase: () => Promise<Database>, progress: Progress) => Promise<void>,
): Promise<void> {
  const progress = context.output.progress(label);
  let source: ImportSource | undefined;
  let db: Database | undefined;
  try {
    source = await open({ onProgress: (done, total) => progress.update(done, total) });
    progress.step('Reading');
    await work(source, async () => (db = await context.openDatabase()), progress);
  } finally {
    progress.end();
    await source?.close();
    await db?.close();
  }
}

type Step = Parameters<typeof withSource>[3];

const STEPS: Record<ImportStep, string> = {
  waiting: 'Waiting for other imports before',
  reading: 'Reading',
  comparing: 'Comparing',
  writing: 'Writing',
  finishing: 'Finishing',
};

// Files are parsed before the database is opened: a broken one is told at once.
const versionStep =
  (context: CliContext, { version, current, from, keepSample }: VersionOptions): Step =>
  async (source, openDatabase, progress) => {
    const read = await readVersion(source);
    const db = await openDatabase();
    const report = await importVersion(db, {
      ...read,
      version,
      current,
      carryFrom: from,
      keepSample,
      onStep: (step) => progress.step(`${STEPS[step]} ${version}`),
    });
    progress.end();
    context.output.result(report, versionReportText(report));
  };

interface NamesOptions {
  version: string;
  stage?: boolean;
  as?: string;
}

const namesStep =
  (context: CliContext, { version, stage, as: handle }: NamesOptions): Step =>
  async (source, openDatabase, progress) => {
    const files = await readNames(source);
    const db = await openDatabase();
    const authorId = handle === undefined ? null : (await findUser(db, handle)).id;
    progress.step(`Writing names of ${version}`);
    const report = await importNames(db, { version, files, stage, authorId });
    progress.end();
    context.output.result(report, namesReportText(report));
  };

function refuseVersionOptions(coordinate: string, { current, from, keepSample }: VersionOptions): void {
  if (!current && from === undefined && !keepSample) return;
  throw new MisuseError(`${coordinate} is a name set; --current, --from and --keep-sample are for game versions.`);
}

const SOURCE_HELP = 'a folder, a zip, a file, or an http(s) URL of one';

function withVersionOptions(command: Command): Command {
  return command
    .requiredOption('--version <version>', 'the game version, e.g. 1.12.2')
    .option('--current', 'make it the version that answers where none is named; the sample version goes')
    .option('--keep-sample', 'keep the sample version all the same')
    .option('--from <version>', 'carry names and documentation over from this earlier version');
}

/** import, import-names and fetch. */
export function registerImports(program: Command, context: () => CliContext): void {
  withVersionOptions(program.command('import'))
    .summary('import a game version')
    .description(
      'Imports a game version from its MCPConfig or MCP files: joined.tsrg, joined.srg or joined.csrg, and constructors.txt, ' +
        '*.exc, static_methods.txt and exceptions.txt where they are there. A version that is there already is brought up to ' +
        'date in place and keeps its names.',
    )
    .argument('<source>', SOURCE_HELP)
    .action((location: string, options: VersionOptions) => {
      const cli = context();
      return withSource(cli, 'Opening', (to) => openSource(location, to), versionStep(cli, options));
    });

  program
    .command('import-names')
    .summary('import a name set into a game version')
    .description(
      'Imports methods.csv, fields.csv, params.csv and packages.csv, whichever are there, as committed names, or with --stage as proposals. Rows of ids that ' +
        'the version does not have are listed.',
    )
    .argument('<source>', SOURCE_HELP)
    .requiredOption('--version <version>', 'the game version, e.g. 1.12.2')
    .option('--stage', 'propose the names instead of committing them: exactly those that differ')
    .option('--as <handle>', 'the user in whose name it is done')
    .action((location: string, options: NamesOptions) => {
      const cli = context();
      return withSource(cli, 'Opening', (to) => openSource(location, to), namesStep(cli, options));
    });

  withVersionOptions(program.command('fetch'))
    .summary('import from a Maven repository')
    .description(
      'Imports a game version (de.oceanlabs.mcp:mcp_config:1.12.2) or a name set (de.oceanlabs.mcp:mcp_stable:39-1.12) from the ' +
        'Maven repository that MCP_MAVEN_URL names.',
    )
    .argument('<coordinate>', 'group:artifact:version, with :classifier and @extension where needed')
    .action((coordinate: string, options: VersionOptions) => {
      const cli = context();
      const open = (to: SourceOptions) => openMavenArtifact(cli.settings.mavenUrl, coordinate, to);
      return withSource(cli, `Fetching ${coordinate}`, open, (source, ...rest) => {
        const names = holdsNames(source);
        if (names) refuseVersionOptions(coordinate, options);
        return (names ? namesStep(cli, options) : versionStep(cli, options))(source, ...rest);
      });
    });
}
