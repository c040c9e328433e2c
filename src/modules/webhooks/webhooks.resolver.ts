import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { AuthServices } from '../../auth/services.js';
import type { Database } from '../../db/index.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Authenticated } from '../../graphql/directives/index.js';
import { encodeId } from '../../graphql/ids.js';
import { NodeInput, rowKey } from '../../graphql/inputs.js';
import { viewerOf } from '../accounts/viewer.resolver.js';
import { Viewer, ViewerPayload, type ViewerRow } from '../accounts/viewer.types.js';
import { payload } from '../user-errors/payload.types.js';
import type { VersionLoaders } from '../versions/versions.loaders.js';
import type { GameVersionRow } from '../versions/versions.store.js';
import { GameVersion } from '../versions/versions.types.js';
import type { WebhookTargets } from './targets.js';
import type { WebhookRow } from './webhook.js';
import * as service from './webhooks.service.js';
import { webhooksOfUser } from './webhooks.store.js';
import {
  CreateWebhookInput,
  PingWebhookPayload,
  Webhook,
  WebhookPayload,
  WebhookSecretPayload,
} from './webhooks.types.js';

const NO_SECRET: { webhook: WebhookRow | null; secret: string | null } = { webhook: null, secret: null };
const NO_WEBHOOK: { webhook: WebhookRow | null } = { webhook: null };
const NO_VIEWER: { viewer: ViewerRow | null } = { viewer: null };
const NO_PING: { ping: service.Ping | null } = { ping: null };

/** What of webhooks a viewer shows. */
@Resolver(() => Viewer)
export class WebhookViewerResolver {
  constructor(private readonly db: Database) {}

  @FieldResolver(() => [Webhook], { description: 'The webhooks of the account, oldest first.' })
  webhooks(@Root() { actor }: ViewerRow) {
    return webhooksOfUser(this.db, Number(actor.user.id));
  }
}

@Resolver(() => Webhook)
export class WebhookResolver {
  constructor(private readonly versions: VersionLoaders) {}

  @FieldResolver(() => GameVersion, {
    nullable: true,
    description: 'The game version that it is told of; null for all.',
  })
  async version(@Root() { versionId }: WebhookRow, @Ctx() context: Context): Promise<GameVersionRow | null> {
    return versionId === null ? null : this.versions.byId(context, versionId);
  }
}

@Resolver()
export class WebhookMutations {
  constructor(
    private readonly auth: AuthServices,
    private readonly targets: WebhookTargets,
  ) {}

  @Mutation(() => WebhookSecretPayload, {
    nullable: true,
    description: `Makes a webhook, which is told of what happens from now on; at most ${service.MAX_WEBHOOKS} an account. Presence must have been proven.`,
  })
  @Authenticated()
  createWebhook(
    @Arg('input', () => CreateWebhookInput, { description: 'The webhook.' }) input: CreateWebhookInput,
    @Ctx() context: Context,
  ) {
    return payload<typeof NO_SECRET>(
      async () => service.createWebhook(this.auth, this.targets, callerOf(context), input),
      NO_SECRET,
    );
  }

  @Mutation(() => WebhookSecretPayload, {
    nullable: true,
    description:
      'Makes another key to sign with; the one before counts no more, and what a receiver refuses meanwhile is delivered again. Presence must have been proven.',
  })
  @Authenticated()
  rotateWebhookSecret(
    @Arg('input', () => NodeInput, { description: 'The webhook.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload<typeof NO_SECRET>(
      async () => service.rotateWebhookSecret(this.auth, callerOf(context), rowKey('Webhook', id)),
      NO_SECRET,
    );
  }

  @Mutation(() => WebhookPayload, {
    nullable: true,
    description:
      'Has a webhook called again, at once, and forgets its failures. It is told what it missed if it has failed for less than three days, else of what happens from now on. Takes a session.',
  })
  @Authenticated()
  enableWebhook(
    @Arg('input', () => NodeInput, { description: 'The webhook.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload<typeof NO_WEBHOOK>(
      async () => ({ webhook: await service.enableWebhook(this.auth, callerOf(context), rowKey('Webhook', id)) }),
      NO_WEBHOOK,
    );
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description: 'Ends a webhook. Presence must have been proven.',
  })
  @Authenticated()
  deleteWebhook(
    @Arg('input', () => NodeInput, { description: 'The webhook.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      await service.deleteWebhook(this.auth, callerOf(context), rowKey('Webhook', id));
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }

  @Mutation(() => PingWebhookPayload, {
    nullable: true,
    description:
      'Calls the address of a webhook once, signed like a delivery and with no change in it, and tells what came of it. Takes a session.',
  })
  @Authenticated()
  pingWebhook(
    @Arg('input', () => NodeInput, { description: 'The webhook.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload<typeof NO_PING>(async () => {
      const which = { id: rowKey('Webhook', id), globalId: encodeId };
      return { ping: await service.pingWebhook(this.auth, this.targets, callerOf(context), which) };
    }, NO_PING);
  }
}
