import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Authenticated, Public } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime, Url } from '../../graphql/scalars.js';
import type { MappingKind as Kind } from '../mappings/mapping.js';
import { MappingKind } from '../mappings/mappings.types.js';
import { Payload } from '../user-errors/payload.types.js';
import type { WebhookEventName, WebhookRow } from './webhook.js';
import type { Ping } from './webhooks.service.js';

export enum WebhookEvent {
  CHANGES_STAGED = 'CHANGES_STAGED',
  CHANGES_COMMITTED = 'CHANGES_COMMITTED',
  RELEASE_PUBLISHED = 'RELEASE_PUBLISHED',
}
registerEnumType(WebhookEvent, {
  name: 'WebhookEvent',
  description: 'What a webhook is told of.',
  valuesConfig: {
    CHANGES_STAGED: { description: 'Changes were proposed.' },
    CHANGES_COMMITTED: { description: 'Changes were accepted, or came accepted with an import or a revert.' },
    RELEASE_PUBLISHED: { description: 'A release was published.' },
  },
});

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'An address that is told of changes and releases: by POST, signed (standardwebhooks.com), in the order of the history, once at least, many changes in one call. It answers with a status from 200 to 299 within 10 seconds, or is called again.',
})
@Authenticated({ personal: true })
export class Webhook extends Node {
  @Field(() => Url, { description: 'What is called.' })
  url!: string;

  @Field(() => [WebhookEvent], { description: 'What it is told of.' })
  events!: WebhookEventName[];

  @Field(() => [MappingKind], { description: 'The kinds of entries whose changes it is told of; empty for all.' })
  kinds!: Kind[];

  @Field(() => DateTime, { description: 'When it was made; it is told of what happened since.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it last took a delivery.' })
  lastDeliveredAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when every try has failed; null while deliveries arrive. After three days it is disabled.',
  })
  failingSince!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why the last try failed; null while deliveries arrive.' })
  lastError!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'Since when it is not called any more: it failed for three days, or answered 410. See `enableWebhook`.',
  })
  disabledAt!: Date | null;
}

@InputType({ description: 'A new webhook.' })
export class CreateWebhookInput {
  @Field(() => Url, {
    description: 'What to call: https, on the public network, without a user and password in it.',
  })
  url!: string;

  @Field(() => [WebhookEvent], { description: 'What to tell it of: one event at least.' })
  events!: WebhookEventName[];

  @Field(() => String, { nullable: true, description: 'The game version to tell it of; all where none is named.' })
  version?: string | null;

  @Field(() => [MappingKind], {
    nullable: true,
    description: 'The kinds of entries whose changes to tell it of; all where none is named.',
  })
  kinds?: Kind[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'A webhook as it is now.' })
@Public()
export class WebhookPayload extends Payload {
  @Field(() => Webhook, { nullable: true, description: 'The webhook; null where nothing was done.' })
  webhook!: WebhookRow | null;
}

@ObjectType({ simpleResolvers: true, description: 'A webhook with its secret, or why there is none.' })
@Public()
export class WebhookSecretPayload extends Payload {
  @Field(() => Webhook, { nullable: true, description: 'The webhook; null where nothing was done.' })
  webhook!: WebhookRow | null;

  @Field(() => String, {
    nullable: true,
    description: 'What calls are signed with: `whsec_` and the key in base64. Shown this once.',
  })
  secret!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What became of a call.' })
@Public()
export class WebhookPing implements Ping {
  @Field(() => Int, { nullable: true, description: 'The status of the answer; null where there was none.' })
  status!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why a delivery would have failed; null where it would have arrived.',
  })
  error!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What became of the call, or why there was none.' })
@Public()
export class PingWebhookPayload extends Payload {
  @Field(() => WebhookPing, { nullable: true, description: 'The call; null where there was none.' })
  ping!: Ping | null;
}
