import { announce } from './announce.js';
import type { Command } from './command.js';
import { commit } from './commit.js';
import { searches } from './find.js';
import { about, helpOf, more } from './help.js';
import { histories } from './history.js';
import { link, whoAmI } from './link.js';
import { locks } from './locks.js';
import { lookUps } from './look-up.js';
import { proposals } from './propose.js';
import { releaseCommands } from './releases.js';
import { redo, undo } from './undo.js';
import { unnameds } from './unnamed.js';

/** Every command of the bot, in the order in which `!help` tells them. */
export const COMMANDS: readonly Command[] = [
  ...lookUps,
  ...searches,
  ...histories,
  ...unnameds,
  ...releaseCommands,
  ...proposals,
  undo,
  redo,
  ...locks,
  commit,
  announce,
  link,
  whoAmI,
  more,
  helpOf(() => COMMANDS),
  about,
];

const byName = new Map(COMMANDS.flatMap((command) => command.names.map((name) => [name, command] as const)));

/** The command of a name; undefined where there is none. */
export const commandOf = (name: string): Command | undefined => byName.get(name);

/** What commands of the predecessor's first years were called later on. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['gcm', 'gm'],
  ['scf', 'sf'],
  ['scm', 'sm'],
  ['scp', 'sp'],
  ['ssf', 'sf'],
  ['ssm', 'sm'],
  ['ssp', 'sp'],
  ['fcf', 'fsf'],
  ['fcm', 'fsm'],
  ['fcp', 'fsp'],
]);

/** What a retired command is called now; undefined for all others. */
export const newNameOf = (name: string | undefined): string | undefined =>
  name === undefined ? name : RENAMED.get(name);
