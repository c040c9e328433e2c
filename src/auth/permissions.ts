/**
 * The one catalogue of rights: what a permission allows, and which permissions each role bundles.
 * The schema's enums, OAuth scopes, the role matrix and every check read it from here.
 */
export enum Permission {
  MAPPING_PROPOSE = 'MAPPING_PROPOSE',
  MAPPING_VOTE = 'MAPPING_VOTE',
  MAPPING_FORCE = 'MAPPING_FORCE',
  MAPPING_COMMIT = 'MAPPING_COMMIT',
  MAPPING_REVERT = 'MAPPING_REVERT',
  MAPPING_LOCK = 'MAPPING_LOCK',
  VERSION_MANAGE = 'VERSION_MANAGE',
  RELEASE_PUBLISH = 'RELEASE_PUBLISH',
  USER_READ_PRIVATE = 'USER_READ_PRIVATE',
  USER_SUSPEND = 'USER_SUSPEND',
  IDENTITY_MANAGE = 'IDENTITY_MANAGE',
  ROLE_GRANT = 'ROLE_GRANT',
  AUDIT_READ = 'AUDIT_READ',
  CLIENT_MANAGE = 'CLIENT_MANAGE',
  IRC_VERIFY = 'IRC_VERIFY',
  ACT_FOR_USERS = 'ACT_FOR_USERS',
}

/** What each permission allows, in one sentence for people. */
export const PERMISSION_SENTENCES: Readonly<Record<Permission, string>> = {
  [Permission.MAPPING_PROPOSE]: 'Propose names and documentation, and undo or redo own proposals.',
  [Permission.MAPPING_VOTE]: 'Vote and comment on changes.',
  [Permission.MAPPING_FORCE]: 'Rename entries that already have a name, and override warnings.',
  [Permission.MAPPING_COMMIT]: 'Accept or reject staged changes.',
  [Permission.MAPPING_REVERT]: 'Take back changes of others, as new changes.',
  [Permission.MAPPING_LOCK]: 'Lock entries against changes, and unlock them.',
  [Permission.VERSION_MANAGE]: 'Choose the current game version, and freeze versions.',
  [Permission.RELEASE_PUBLISH]: 'Publish and yank releases.',
  [Permission.USER_READ_PRIVATE]: "Read other users' identities, grants and bots.",
  [Permission.USER_SUSPEND]: 'Suspend and reinstate users.',
  [Permission.IDENTITY_MANAGE]: 'Link, unlink and merge accounts of others.',
  [Permission.ROLE_GRANT]: 'Grant and revoke roles.',
  [Permission.AUDIT_READ]: 'Read the audit log.',
  [Permission.CLIENT_MANAGE]: 'Register and manage OAuth clients.',
  [Permission.IRC_VERIFY]: 'Report which IRC account said a link code; for the IRC bot.',
  [Permission.ACT_FOR_USERS]: 'Act for linked users, as themselves; for bots.',
};

export const ALL_PERMISSIONS: readonly Permission[] = Object.values(Permission);

const permissionNames = new Set<string>(ALL_PERMISSIONS);

/** Whether a name is one of the catalogue's. */
export const isPermission = (name: string): name is Permission => permissionNames.has(name);

/** The OAuth scope of a permission: MAPPING_PROPOSE is `mapping:propose`, USER_READ_PRIVATE is `user:read-private`. */
export function toScope(permission: Permission): string {
  const [subject, ...action] = permission.toLowerCase().split('_');
  return `${subject}:${action.join('-')}`;
}

const permissionByScope = new Map(ALL_PERMISSIONS.map((permission) => [toScope(permission), permission]));

/** The permission that a scope names; undefined where it names none. */
export const fromScope = (scope: string): Permission | undefined => permissionByScope.get(scope);

/** Named bundles of permissions, granted for all or for one game version. */
export enum RoleName {
  USER = 'USER',
  CONTRIBUTOR = 'CONTRIBUTOR',
  MAINTAINER = 'MAINTAINER',
  RELEASE_MANAGER = 'RELEASE_MANAGER',
  MODERATOR = 'MODERATOR',
  ADMIN = 'ADMIN',
  IRC_BOT = 'IRC_BOT',
}

/** What each role is for, in one sentence for people. */
export const ROLE_SENTENCES: Readonly<Record<RoleName, string>> = {
  [RoleName.USER]: 'Everyone with an account: proposes and votes within tight rate limits.',
  [RoleName.CONTRIBUTOR]: 'Known to propose good names: as USER, within wide rate limits.',
  [RoleName.MAINTAINER]: 'Decides on names: accepts, forces, reverts and locks.',
  [RoleName.RELEASE_MANAGER]: 'As MAINTAINER, and manages game versions and releases.',
  [RoleName.MODERATOR]: 'Keeps the peace: suspends users and reverts what they did. Sees no private data.',
  [RoleName.ADMIN]: 'Holds every permission but those of bots.',
  [RoleName.IRC_BOT]: 'For bots alone: links IRC accounts and acts for the people behind them.',
};

const user = [Permission.MAPPING_PROPOSE, Permission.MAPPING_VOTE];
const maintainer = [
  ...user,
  Permission.MAPPING_FORCE,
  Permission.MAPPING_COMMIT,
  Permission.MAPPING_REVERT,
  Permission.MAPPING_LOCK,
];

/** For bots alone: a person who held one of them could speak as others. */
const botPermissions: ReadonlySet<Permission> = new Set([Permission.IRC_VERIFY, Permission.ACT_FOR_USERS]);

/** What no API token can hold: whoever finds one must not gain accounts or rights with it. */
const sessionPermissions: ReadonlySet<Permission> = new Set([
  Permission.ROLE_GRANT,
  Permission.IDENTITY_MANAGE,
  Permission.CLIENT_MANAGE,
]);

/** What concerns people and clients, who belong to no game version: a role that is held for one version does not give it. */
const versionless: ReadonlySet<Permission> = new Set([
  Permission.USER_READ_PRIVATE,
  Permission.USER_SUSPEND,
  Permission.IDENTITY_MANAGE,
  Permission.AUDIT_READ,
  Permission.CLIENT_MANAGE,
  Permission.IRC_VERIFY,
  Permission.ACT_FOR_USERS,
]);

/** Whether a permission can be held for one game version alone. */
export const isVersioned = (permission: Permission): boolean => !versionless.has(permission);

/** The roles that bots alone can hold; all others are for people, whose bots share in them. */
export const isBotRole = (role: RoleName): boolean => role === RoleName.IRC_BOT;

/** Whether an API token of a person, or of a bot, may be given the permission. */
export const isForTokens = (permission: Permission, isBot: boolean): boolean =>
  !sessionPermissions.has(permission) && (isBot || !botPermissions.has(permission));

/** Whether a bot may use the permission for the person it acts for, if that person allows it: who published a release must be a person. */
export const isForActing = (permission: Permission): boolean =>
  isForTokens(permission, false) && permission !== Permission.RELEASE_PUBLISH;

/** Which permissions a role bundles. A snapshot test holds the matrix, so that a change of it is seen. */
export const ROLE_PERMISSIONS: Readonly<Record<RoleName, ReadonlySet<Permission>>> = {
  [RoleName.USER]: new Set(user),
  [RoleName.CONTRIBUTOR]: new Set(user),
  [RoleName.MAINTAINER]: new Set(maintainer),
  [RoleName.RELEASE_MANAGER]: new Set([...maintainer, Permission.VERSION_MANAGE, Permission.RELEASE_PUBLISH]),
  [RoleName.MODERATOR]: new Set([...user, Permission.MAPPING_REVERT, Permission.USER_SUSPEND, Permission.AUDIT_READ]),
  [RoleName.ADMIN]: new Set(ALL_PERMISSIONS.filter((permission) => !botPermissions.has(permission))),
  [RoleName.IRC_BOT]: botPermissions,
};
