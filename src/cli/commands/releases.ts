import { InvalidArgumentError, Option, type Command } from 'commander';
import { publishAsService } from '../../modules/releases/publish.service.js';
import type { ReleaseChannel } from '../../modules/releases/release-names.js';
import { allReleases } from '../../modules/releases/releases.service.js';
import type { ReleaseRow } from '../../modules/releases/releases.store.js';
import { yankFromShell } from '../../modules/releases/yank.service.js';
import { onDatabase, type CliContext } from '../context.js';
import { printable } from '../output.js';

interface ReleaseOptions {
  version: string;
  channel: 'snapshot' | 'stable';
  notes?: string;
  number?: number;
}

function numberArgument(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number, e.g. 39.');
  return Number(text);
}

/** A release as a machine reads it. */
const told = ({ name, channel, publishedAt, digest, entryCount, changeCount, notes, yanked }: ReleaseRow) => ({
  ...{
    name,
    channel,
    publishedAt,
    digest: Buffer.from(digest).toString('hex'),
    entryCount,
    changeCount,
    notes,
    yanked,
  },
});

const counted = (count: number, one: string, several: string) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : several}`;

const countsOf = ({ entryCount, changeCount }: ReleaseRow) =>
  `${counted(entryCount, 'entry', 'entries')}, ${counted(changeCount, 'change', 'changes')}`;

const lineOf = (release: ReleaseRow): string =>
  printable(
    [
      release.name.padEnd(28),
      release.publishedAt.toISOString().slice(0, 10),
      countsOf(release),
      ...(release.yanked === null ? [] : [`yanked: ${release.yanked}`]),
    ].join('  '),
  );

/** release, releases and yank. */
export function registerReleases(program: Command, context: () => CliContext): void {
  program
    .command('release')
    .summary('publish the names of a game version')
    .description(
      'Publishes the names of a game version as they are now, for ever: a snapshot has committed and staged names, a stable release ' +
        'committed names alone. A second person is not asked for here.',
    )
    .requiredOption('--version <version>', 'the game version')
    .addOption(
      new Option('--channel <channel>', 'what to publish').choices(['snapshot', 'stable']).makeOptionMandatory(),
    )
    .option('--notes <text>', 'what to say of it')
    .option('--number <number>', 'of a stable release: higher than all there are', numberArgument)
    .action(async ({ version, channel, notes, number }: ReleaseOptions) => {
      const cli = context();
      const order = { version, channel: channel.toUpperCase() as ReleaseChannel, notes, number, now: new Date() };
      const release = await onDatabase(cli, (db) => publishAsService(db, { ...order, via: 'shell' }));
      const { digest } = told(release);
      cli.output.result(
        told(release),
        [`Published ${release.name}: ${countsOf(release)}.`, `SHA-256  ${digest}`].join('\n'),
      );
    });
  program
    .command('releases')
    .summary('list what was published')
    .description('Lists releases, newest first.')
    .option('--version <version>', 'of this game version alone')
    .action(async ({ version }: { version?: string }) => {
      const cli = context();
      const releases = await onDatabase(cli, (db) => allReleases(db, { version }));
      const text = releases.length === 0 ? 'Nothing was published yet.' : releases.map(lineOf).join('\n');
      cli.output.result(releases.map(told), text);
    });
  program
    .command('yank')
    .summary('mark a release as not to be used')
    .description('Marks a release as not to be used, once and for all. Its files stay where they are.')
    .argument('<release>', 'its name: snapshot_20201028-1.16.3')
    .requiredOption('--reason <text>', 'why, for those who use it')
    .action(async (name: string, { reason }: { reason: string }) => {
      const cli = context();
      const release = await onDatabase(cli, (db) => yankFromShell(db, { name, reason, now: new Date() }));
      cli.output.result(told(release), `${release.name} is yanked.`);
    });
}
