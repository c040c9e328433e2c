import type { AuthServices } from '../auth/services.js';
import type { Database } from '../db/index.js';
import type { NodeSource } from '../graphql/node.js';
import { AccountMutations } from '../modules/accounts/account.resolver.js';
import { SignInMutations } from '../modules/accounts/sign-in.resolver.js';
import type { UserLoaders } from '../modules/accounts/users.loaders.js';
import { userNodes } from '../modules/accounts/users.nodes.js';
import { UserQueries, UserResolver } from '../modules/accounts/users.resolver.js';
import { ViewerQueries, ViewerResolver } from '../modules/accounts/viewer.resolver.js';
import { auditEventNodes } from '../modules/audit/audit.nodes.js';
import { AuditEventResolver, AuditQueries } from '../modules/audit/audit.resolver.js';
import { ChangeMutations } from '../modules/changes/change-mutations.resolver.js';
import { ChangeLoaders } from '../modules/changes/changes.loaders.js';
import { changeNodes } from '../modules/changes/changes.nodes.js';
import * as changes from '../modules/changes/changes.resolver.js';
import { RevertMutations } from '../modules/changes/revert.resolver.js';
import { clientNodes } from '../modules/clients/clients.nodes.js';
import * as clients from '../modules/clients/clients.resolver.js';
import { commentNodes } from '../modules/discussion/comments.nodes.js';
import { DiscussionMutations } from '../modules/discussion/discussion-mutations.resolver.js';
import { DiscussionLoaders } from '../modules/discussion/discussion.loaders.js';
import * as discussion from '../modules/discussion/discussion.resolver.js';
import { ComparedTargetResolver, ComparisonQueries } from '../modules/comparison/comparison.resolver.js';
import type { Comparisons } from '../modules/comparison/comparison.service.js';
import type { Demand } from '../modules/demand/demand.js';
import { VersionExportsResolver } from '../modules/exports/exports.resolver.js';
import type { Exports } from '../modules/exports/exports.service.js';
import { AdminIdentityMutations } from '../modules/identities/admin-identities.resolver.js';
import { identityNodes } from '../modules/identities/identities.nodes.js';
import * as identities from '../modules/identities/identities.resolver.js';
import { IrcLinkMutations } from '../modules/identities/irc-link.resolver.js';
import { LockLoaders } from '../modules/locks/locks.loaders.js';
import { LockMutations, LockResolver, MappingLockResolver } from '../modules/locks/locks.resolver.js';
import type { HistoryTail } from '../modules/live/history-tail.js';
import { ChangeSubscriptions, CommittedChangesResolver } from '../modules/live/live.resolver.js';
import { MappingLoaders } from '../modules/mappings/mappings.loaders.js';
import { mappingNodes } from '../modules/mappings/mappings.nodes.js';
import * as mappings from '../modules/mappings/mappings.resolver.js';
import { SearchQueries } from '../modules/mappings/search.resolver.js';
import { ModerationMutations } from '../modules/moderation/moderation.resolver.js';
import { roleGrantNodes } from '../modules/roles/roles.nodes.js';
import { RoleGrantResolver, RoleMutations, RoleQueries } from '../modules/roles/roles.resolver.js';
import { ReleaseMutations } from '../modules/releases/release-mutations.resolver.js';
import type { ReadModels } from '../modules/read-model/read-models.js';
import type { ReleaseRules } from '../modules/releases/release-rules.js';
import { ReleaseSubscriptions } from '../modules/releases/release-subscriptions.resolver.js';
import type { ReleaseTail } from '../modules/releases/release-tail.js';
import { ReleaseLoaders } from '../modules/releases/releases.loaders.js';
import { releaseNodes, releaseRequestNodes } from '../modules/releases/releases.nodes.js';
import * as releases from '../modules/releases/releases.resolver.js';
import { passkeyNodes } from '../modules/second-factors/passkeys.nodes.js';
import { PasskeyMutations } from '../modules/second-factors/passkeys.resolver.js';
import { SecondFactorSignInMutations } from '../modules/second-factors/second-factor-sign-in.resolver.js';
import {
  SecondFactorMutations,
  SecondFactorViewerResolver,
} from '../modules/second-factors/second-factors.resolver.js';
import { SessionResolver } from '../modules/sessions/sessions.resolver.js';
import { BotMutations } from '../modules/tokens/bots.resolver.js';
import { tokenNodes } from '../modules/tokens/tokens.nodes.js';
import { ApiTokenMutations, ApiTokenResolver } from '../modules/tokens/tokens.resolver.js';
import { GameVersionMutations } from '../modules/versions/manage-versions.resolver.js';
import { VersionLoaders } from '../modules/versions/versions.loaders.js';
import { versionNodes } from '../modules/versions/versions.nodes.js';
import { GameVersionQueries, GameVersionResolver } from '../modules/versions/versions.resolver.js';
import type { WebhookTargets } from '../modules/webhooks/targets.js';
import { webhookNodes } from '../modules/webhooks/webhooks.nodes.js';
import { WebhookMutations, WebhookResolver, WebhookViewerResolver } from '../modules/webhooks/webhooks.resolver.js';

/** What modules are built from. */
export interface Services {
  db: Database;
  /** The base of every address that the service hands out. */
  publicUrl: string;
  /** What accounts, sessions and tokens are made with. */
  auth: AuthServices;
  /** Which addresses webhooks may call. */
  webhookTargets: WebhookTargets;
  /** Versions in memory. */
  models: ReadModels;
  /** Accounts, as anyone may see them. */
  users: UserLoaders;
  /** Counts what is asked for and has no name. */
  demand: Demand;
  /** How releases are published. */
  releaseRules: ReleaseRules;
  /** Tells of releases as they are published, whichever process publishes them. */
  releaseTail: ReleaseTail;
  /** Makes and keeps exported files. */
  exports: Exports;
  /** Compares names, and keeps what came of it. */
  comparisons: Comparisons;
  /** Tells of changes as they are written, whichever process writes them. */
  tail: HistoryTail;
}

/** What a feature brings to the interface. */
export interface AppModule {
  /** Instances of its resolver classes. */
  resolvers: object[];
  /** Its types that have global ids. */
  nodes?: NodeSource[];
}

export type ModuleFactory = (services: Services) => AppModule;

const versionsModule: ModuleFactory = ({ db, models }) => ({
  resolvers: [
    new GameVersionQueries(models),
    new GameVersionResolver(new VersionLoaders(db, models), new MappingLoaders(db, models)),
    new GameVersionMutations(db),
  ],
  nodes: [versionNodes(models)],
});

const mappingsModule: ModuleFactory = ({ db, demand, models }) => {
  const loaders = new MappingLoaders(db, models);
  return {
    resolvers: [
      new mappings.MappingQueries(db, models, demand),
      new mappings.MappingResolver(new VersionLoaders(db, models)),
      new mappings.ClassResolver(loaders),
      new mappings.MethodResolver(loaders),
      new mappings.FieldOfClassResolver(loaders),
      new mappings.ParameterResolver(loaders),
      new SearchQueries(models, demand),
    ],
    nodes: mappingNodes(db),
  };
};

const changesModule: ModuleFactory = ({ db, auth, models, users }) => {
  const loaders = new ChangeLoaders(db, models);
  return {
    resolvers: [
      new changes.ChangeQueries(models),
      new changes.ChangeResolver(loaders, users, new VersionLoaders(db, models)),
      new changes.MappingChangesResolver(loaders),
      new changes.UserChangesResolver(loaders),
      new ChangeMutations(auth),
      new RevertMutations(db),
    ],
    nodes: [changeNodes(db)],
  };
};

const locksModule: ModuleFactory = ({ db, users }) => ({
  resolvers: [new LockMutations(db), new MappingLockResolver(new LockLoaders(db)), new LockResolver(users)],
});

const discussionModule: ModuleFactory = ({ db, auth, users }) => {
  const loaders = new DiscussionLoaders(db);
  return {
    resolvers: [
      new discussion.ReviewQueries(db),
      new discussion.ChangeDiscussionResolver(loaders),
      new discussion.VoteTallyResolver(loaders),
      new discussion.CommentResolver(users),
      new DiscussionMutations(auth),
    ],
    nodes: [commentNodes(db)],
  };
};

const liveModule: ModuleFactory = ({ db, tail, models, users }) => ({
  resolvers: [
    new ChangeSubscriptions(db, tail),
    new CommittedChangesResolver(db, users, new VersionLoaders(db, models)),
  ],
});

const accountsModule: ModuleFactory = ({ db, auth, users }) => {
  return {
    resolvers: [
      new UserQueries(db),
      new UserResolver(users),
      new ViewerQueries(),
      new ViewerResolver(db, users),
      new SignInMutations(auth),
      new AccountMutations(auth, users),
    ],
    nodes: [userNodes(db)],
  };
};

const identitiesModule: ModuleFactory = ({ db, auth }) => ({
  resolvers: [
    new identities.IdentityResolver(),
    new identities.IdentityQueries(auth),
    new identities.IdentityMutations(auth),
    new IrcLinkMutations(auth),
  ],
  nodes: [identityNodes(db)],
});

const sessionsModule: ModuleFactory = ({ auth }) => ({ resolvers: [new SessionResolver(auth)] });

const secondFactorsModule: ModuleFactory = ({ db, auth }) => ({
  resolvers: [
    new SecondFactorSignInMutations(auth),
    new SecondFactorMutations(auth),
    new PasskeyMutations(auth),
    new SecondFactorViewerResolver(db),
  ],
  nodes: [passkeyNodes(db)],
});

const tokensModule: ModuleFactory = ({ db, auth, models, users }) => ({
  resolvers: [
    new ApiTokenResolver(users, new VersionLoaders(db, models)),
    new ApiTokenMutations(auth),
    new BotMutations(auth),
  ],
  nodes: [tokenNodes(db)],
});

const clientsModule: ModuleFactory = ({ db, auth, webhookTargets, users }) => ({
  resolvers: [
    new clients.ClientQueries(db),
    new clients.ClientViewerResolver(db),
    new clients.ClientResolver(users),
    new clients.AuthorizedClientResolver(),
    new clients.ClientMutations(auth, webhookTargets),
  ],
  nodes: [clientNodes(db)],
});

const auditModule: ModuleFactory = ({ db, users }) => ({
  resolvers: [new AuditQueries(db), new AuditEventResolver(users)],
  nodes: [auditEventNodes(db)],
});

const rolesModule: ModuleFactory = ({ db, auth, models, users }) => {
  return {
    resolvers: [
      new RoleQueries(),
      new RoleMutations(auth, users),
      new RoleGrantResolver(users, new VersionLoaders(db, models)),
      new ModerationMutations(auth, users),
      new AdminIdentityMutations(auth, users),
    ],
    nodes: [roleGrantNodes(db)],
  };
};

const webhooksModule: ModuleFactory = ({ db, auth, webhookTargets, models }) => ({
  resolvers: [
    new WebhookViewerResolver(db),
    new WebhookResolver(new VersionLoaders(db, models)),
    new WebhookMutations(auth, webhookTargets),
  ],
  nodes: [webhookNodes(db)],
});

const exportsModule: ModuleFactory = ({ publicUrl }) => ({ resolvers: [new VersionExportsResolver(publicUrl)] });

const comparisonModule: ModuleFactory = ({ db, comparisons }) => ({
  resolvers: [new ComparisonQueries(comparisons), new ComparedTargetResolver(new ReleaseLoaders(db))],
});

const releasesModule: ModuleFactory = ({ db, publicUrl, releaseRules, releaseTail, models, users }) => {
  const loaders = new ReleaseLoaders(db);
  const versions = new VersionLoaders(db, models);
  return {
    resolvers: [
      new releases.ReleaseQueries(db),
      new releases.ReleaseResolver(loaders, users, versions, publicUrl),
      new releases.GameVersionReleasesResolver(loaders),
      new releases.ReleaseRequestResolver(users, versions),
      new ReleaseMutations(db, releaseRules),
      new ReleaseSubscriptions(db, releaseTail),
    ],
    nodes: [releaseNodes(db), releaseRequestNodes(db)],
  };
};

/** Every feature of the service: adding one is one line. */
export const MODULES: readonly ModuleFactory[] = [
  versionsModule,
  mappingsModule,
  changesModule,
  liveModule,
  discussionModule,
  locksModule,
  accountsModule,
  identitiesModule,
  sessionsModule,
  secondFactorsModule,
  tokensModule,
  clientsModule,
  auditModule,
  rolesModule,
  webhooksModule,
  releasesModule,
  exportsModule,
  comparisonModule,
];
