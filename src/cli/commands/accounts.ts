import type { Command } from 'commander';
import { toScope, type Permission, type RoleName } from '../../auth/permissions.js';
import { newCode } from '../../auth/secrets.js';
import { createUserFromShell, grantRoleFromShell, revokeRoleFromShell } from '../../modules/accounts/shell.service.js';
import { accountList, type ListedAccount } from '../../modules/accounts/shell.store.js';
import { createTokenFromShell } from '../../modules/tokens/shell-token.service.js';
import { instantArgument, permissionsArgument, roleArgument } from '../arguments.js';
import { onDatabase, type CliContext } from '../context.js';

const day = (at: Date) => at.toISOString().slice(0, 10);

function accountLine({ handle, isBot, roles, createdAt, suspendedUntil, ways }: ListedAccount): string {
  const facts = [
    isBot ? 'bot' : ways.join(', ') || 'no way in',
    `since ${day(createdAt)}`,
    ...(suspendedUntil !== null && suspendedUntil > new Date() ? [`suspended until ${day(suspendedUntil)}`] : []),
  ];
  return `${handle.padEnd(32)} ${roles.join(', ').padEnd(24)} ${facts.join('; ')}`;
}

function registerUser(program: Command, context: () => CliContext): void {
  const user = program.command('user').summary('accounts').description('Accounts from the shell.');
  user
    .command('create')
    .summary('make an account')
    .description(
      'Makes an account, and prints its password once unless one is given. With --role ADMIN it is the way to the first administrator.',
    )
    .argument('<handle>', 'the handle')
    .option('--role <role>', 'a role for all game versions', roleArgument)
    .option('--password-stdin', 'read the password from standard input')
    .action(async (handle: string, { role, passwordStdin }: { role?: RoleName; passwordStdin?: boolean }) => {
      const cli = context();
      const password = passwordStdin === true ? await cli.readSecret() : newCode(5);
      const made = await onDatabase(cli, (db) => createUserFromShell(db, { handle, password, role: role ?? null }));
      const shown = passwordStdin === true ? {} : { password };
      const as = role === undefined ? '' : ` as ${role}`;
      const lines = [
        `Made the account ${made.handle}${as}.`,
        ...(passwordStdin === true ? [] : [`Its password, shown this once: ${password}`]),
      ];
      cli.output.result({ handle: made.handle, role: role ?? 'USER', ...shown }, lines.join('\n'));
    });
  user
    .command('list')
    .summary('list the accounts')
    .description('Lists accounts with their roles and ways in, by handle.')
    .action(async () => {
      const cli = context();
      const accounts = await onDatabase(cli, (db) => accountList(db, new Date()));
      cli.output.result(
        accounts,
        accounts.length === 0 ? 'There is no account yet.' : accounts.map(accountLine).join('\n'),
      );
    });
}

interface GrantOptions {
  version?: string;
  until?: Date;
  reason?: string;
}

function registerRole(program: Command, context: () => CliContext): void {
  const role = program.command('role').summary('roles').description('Roles from the shell.');
  const holder = (command: Command) =>
    command
      .argument('<handle>', 'who')
      .argument('<role>', 'the role', roleArgument)
      .option('--version <version>', 'for this game version alone');
  holder(role.command('grant'))
    .summary('give a role')
    .description('Gives an account a role, for all game versions or for one.')
    .option('--until <instant>', 'until when: 30d, 2027-01-31', instantArgument)
    .option('--reason <reason>', 'why, for the log')
    .action(async (handle: string, name: RoleName, { version, until, reason }: GrantOptions) => {
      const cli = context();
      const grant = { handle, role: name, gameVersion: version ?? null, until: until ?? null, reason: reason ?? null };
      const user = await onDatabase(cli, (db) => grantRoleFromShell(db, grant));
      const end = until === undefined ? '' : ` until ${until.toISOString()}`;
      const scope = version ?? 'all game versions';
      cli.output.result({ ...grant, handle: user.handle }, `${user.handle} is ${name} for ${scope}${end}.`);
    });
  holder(role.command('revoke'))
    .summary('take a role back')
    .description('Takes a role back. All sessions and API tokens of the account end.')
    .action(async (handle: string, name: RoleName, { version }: GrantOptions) => {
      const cli = context();
      const grant = { handle, role: name, gameVersion: version ?? null };
      const user = await onDatabase(cli, (db) => revokeRoleFromShell(db, grant));
      const scope = version ?? 'all game versions';
      cli.output.result({ ...grant, handle: user.handle }, `${user.handle} is ${name} for ${scope} no more.`);
    });
}

interface TokenOptions {
  permissions: Permission[];
  expires: Date;
  name: string;
  version?: string[];
}

function registerToken(program: Command, context: () => CliContext): void {
  const token = program.command('token').summary('API tokens').description('API tokens from the shell.');
  token
    .command('create')
    .summary('make an API token')
    .description('Makes an API token for a person or a bot and prints it: this once. It may do what its account may.')
    .argument('<handle>', 'whose')
    .requiredOption('--permissions <list>', 'e.g. mapping:propose,mapping:vote', permissionsArgument)
    .option('--expires <instant>', 'when it ends: 30d, 2027-01-31', instantArgument, instantArgument('30d'))
    .option('--name <name>', 'what to call it', 'from the shell')
    .option('--version <version...>', 'for these game versions alone')
    .action(async (handle: string, { permissions, expires, name, version = [] }: TokenOptions) => {
      const cli = context();
      const input = { name, permissions, expiresAt: expires, gameVersions: version };
      const { apiToken, secret } = await onDatabase(cli, (db) => createTokenFromShell(db, handle, input));
      const scopes = permissions.map(toScope);
      cli.output.result({ token: secret, name, permissions: scopes, expiresAt: apiToken.expiresAt }, secret);
    });
}

/** user, role and token. */
export function registerAccounts(program: Command, context: () => CliContext): void {
  registerUser(program, context);
  registerRole(program, context);
  registerToken(program, context);
}
