import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { setUpIrcBot } from '../../modules/clients/irc-setup.service.js';
import { AppError } from '../../shared/errors.js';
import { onDatabase, type CliContext } from '../context.js';

interface SetupOptions {
  network: string[];
  handle: string;
  key?: string;
}

/** A key pair to sign with, as JWKs of one name. */
async function newKeyPair(): Promise<{ privateKey: JWK; publicKey: JWK }> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const publicKey = await exportJWK(pair.publicKey);
  const named = { kid: await calculateJwkThumbprint(publicKey), alg: 'ES256', use: 'sig' };
  return { privateKey: { ...(await exportJWK(pair.privateKey)), ...named }, publicKey: { ...publicKey, ...named } };
}

/**
 * Keeps a private key in a new file that its owner alone reads, for as long as `work` does not fail.
 * @throws AppError CONFLICT where there is such a file
 */
async function withKeyFile<T>(file: string, key: JWK, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(key)}\n`, { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      throw new AppError('CONFLICT', `${file} is there already: remove it, or name another file with --key.`);
    },
  );
  try {
    return await work();
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** The IRC bot. */
export function registerIrc(program: Command, context: () => CliContext): void {
  const irc = program.command('irc').summary('the IRC bot').description('The IRC bot from the shell.');
  irc
    .command('setup')
    .summary('set the IRC bot up')
    .description(
      'Makes the account of the IRC bot, or takes the one that its owner has, with a trusted client for its networks and a key to sign with. Prints the settings to run it with.',
    )
    .argument('<owner>', 'the handle of the person whose bot it is')
    .requiredOption('--network <name...>', 'an IRC network whose people it may speak for')
    .option('--handle <handle>', 'the handle of the bot', 'mcpbot')
    .option('--key <file>', 'where its private key goes (default: irc-key.json in DATA_DIR)')
    .action(async (owner: string, { network: networks, handle, key }: SetupOptions) => {
      const cli = context();
      const file = key ?? join(cli.settings.dataDir, 'irc-key.json');
      const { privateKey, publicKey } = await newKeyPair();
      const { clientId, bot } = await withKeyFile(file, privateKey, () =>
        onDatabase(cli, (db) => setUpIrcBot(db, { owner, handle, networks, publicKey })),
      );
      const lines = [
        `${bot} speaks for ${networks.join(', ')}. Run it with:`,
        `IRC_CLIENT_ID=${clientId}`,
        `IRC_KEY_FILE=${file}`,
      ];
      cli.output.result({ bot, networks, clientId, keyFile: file }, lines.join('\n'));
    });
}
