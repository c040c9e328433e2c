import type { Command } from 'commander';
import { rotateSigningKey } from '../../auth/access-tokens/signing-keys.js';
import { signingKeys, type SigningKeyRow } from '../../auth/access-tokens/signing-keys.store.js';
import { record, SHELL } from '../../modules/audit/audit.store.js';
import { onDatabase, type CliContext } from '../context.js';

const told = ({ kid, createdAt, retiredAt }: SigningKeyRow) => ({ kid, since: createdAt, retired: retiredAt });

function lineOf({ kid, createdAt, retiredAt }: SigningKeyRow): string {
  const end = retiredAt === null ? 'signs' : `retired ${retiredAt.toISOString()}`;
  return `${kid}  since ${createdAt.toISOString()}, ${end}`;
}

/** The keys that ID tokens and access tokens are signed with. */
export function registerKeys(program: Command, context: () => CliContext): void {
  const keys = program.command('keys').summary('signing keys').description('The keys that tokens are signed with.');
  keys
    .command('rotate')
    .summary('sign with another key')
    .description(
      'Makes another key, with which all processes sign from now on. What the one before it signed still counts until it expires.',
    )
    .action(async () => {
      const cli = context();
      const keyring = await cli.openKeyring();
      const kid = await onDatabase(cli, async (db) => {
        const made = await rotateSigningKey({ db, keyring });
        await record(db, SHELL, { action: 'signing_key.rotate', subjectId: null, detail: made });
        return made;
      });
      cli.output.result({ kid }, `Tokens are signed with the key ${kid} from now on.`);
    });
  keys
    .command('list')
    .summary('list the signing keys')
    .description('Lists the keys that are published, the one that signs first.')
    .action(async () => {
      const cli = context();
      const rows = await onDatabase(cli, (db) => signingKeys(db, new Date()));
      const text = rows.length === 0 ? 'There is no key yet: the service makes one.' : rows.map(lineOf).join('\n');
      cli.output.result(rows.map(told), text);
    });
}
