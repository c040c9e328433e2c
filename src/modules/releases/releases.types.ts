import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType, type ClassType } from 'type-graphql';
import { Connection, PageArgs } from '../../graphql/connection.js';
import { Authenticated, Public } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime, Url } from '../../graphql/scalars.js';
import { MAX_REASON } from '../audit/reasons.js';
import { Payload } from '../user-errors/payload.types.js';
import type { ReleaseChannel as Channel } from './release-names.js';
import { MAX_NOTES } from './release-texts.js';
import type { ReleaseRow } from './releases.store.js';
import type { RequestRow } from './requests.store.js';

export enum ReleaseChannel {
  SNAPSHOT = 'SNAPSHOT',
  STABLE = 'STABLE',
}
registerEnumType(ReleaseChannel, {
  name: 'ReleaseChannel',
  description: 'Which names a release carries.',
  valuesConfig: {
    SNAPSHOT: { description: 'Committed and staged names, once a day at most: snapshot_20201028-1.16.3.' },
    STABLE: { description: 'Committed names alone, numbered over all game versions: stable_39-1.12.' },
  },
});

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'The names of a game version at an instant. Immutable once published.',
})
@Public()
export class Release extends Node {
  @Field(() => String, { description: 'What it is called: `snapshot_20201028-1.16.3`, `stable_39-1.12`.' })
  name!: string;

  @Field(() => ReleaseChannel, { description: 'Which names it carries.' })
  channel!: Channel;

  @Field(() => DateTime, { description: 'When it was published.' })
  publishedAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'What published it for somebody: a client, `shell`, `schedule`.',
  })
  via!: string | null;

  @Field(() => String, { nullable: true, description: 'What its publisher said of it, in plain text.' })
  notes!: string | null;

  @Field(() => Int, { description: 'How many entries it says something of.' })
  entryCount!: number;

  @Field(() => Int, { description: 'How many changes it has over the release before it.' })
  changeCount!: number;

  @Field(() => String, { nullable: true, description: 'Why it is not to be used; null for one that may be.' })
  yanked!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was yanked.' })
  yankedAt!: Date | null;
}

export const ReleaseConnection: ClassType = Connection(() => Release, 'Release');

@ObjectType({ simpleResolvers: true, description: 'A file of a release: the same bytes for ever.' })
@Public()
export class Artifact {
  @Field(() => String, { description: 'What it is called.' })
  fileName!: string;

  @Field(() => Url, { description: 'Where it is.' })
  url!: string;

  @Field(() => Int, { description: 'Its bytes.' })
  size!: number;

  @Field(() => String, { description: 'SHA-256 in hex over its bytes.' })
  sha256!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'What build tools know it by: `de.oceanlabs.mcp:mcp_snapshot:20201028-1.16.3@zip`; null for other files.',
  })
  mavenCoordinate!: string | null;
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'A stable release that waits for a second person with RELEASE_PUBLISH. Gone once it is published, withdrawn or asked for anew.',
})
@Authenticated()
export class ReleaseRequest extends Node {
  @Field(() => DateTime, { description: 'When it was asked for.' })
  requestedAt!: Date;

  @Field(() => String, { nullable: true, description: 'The client that asked for somebody.' })
  via!: string | null;

  @Field(() => String, { nullable: true, description: 'What is to be said of the release.' })
  notes!: string | null;
}

@ArgsType()
export class ReleasesArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Only of this game version; of all where none is named.' })
  version?: string | null;

  @Field(() => ReleaseChannel, { nullable: true, description: 'Only of this channel.' })
  channel?: Channel | null;
}

@ArgsType()
export class FollowReleasesArgs {
  @Field(() => String, { nullable: true, description: 'Only of this game version; of all where none is named.' })
  version?: string | null;

  @Field(() => ReleaseChannel, { nullable: true, description: 'Only of this channel.' })
  channel?: Channel | null;
}

@InputType({ description: 'What to publish.' })
export class PublishReleaseInput {
  @Field(() => String, { description: 'The game version; a frozen one can be published too.' })
  version!: string;

  @Field(() => ReleaseChannel, { description: 'Which names to publish.' })
  channel!: Channel;

  @Field(() => String, {
    nullable: true,
    description: `What to say of it: up to ${MAX_NOTES} characters of plain text.`,
  })
  notes?: string | null;
}

@InputType({ description: 'Which requested release.' })
export class ReleaseRequestInput {
  @Field(() => ID, { description: 'The request.' })
  request!: string;
}

@InputType({ description: 'Which release is not to be used.' })
export class YankReleaseInput {
  @Field(() => ID, { description: 'The release.' })
  release!: string;

  @Field(() => String, { description: `Why: up to ${MAX_REASON} characters, for those who use it.` })
  reason!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The release as it is now, or what it waits for.' })
@Public()
export class ReleasePayload extends Payload {
  @Field(() => Release, { nullable: true, description: 'The release; null where there is none, or none yet.' })
  release!: ReleaseRow | null;

  @Field(() => ReleaseRequest, {
    nullable: true,
    description: 'What waits for a second person, see `confirmRelease`; null where it was published at once.',
  })
  request!: RequestRow | null;
}

@ObjectType({ simpleResolvers: true, description: 'What became of a request.' })
@Public()
export class ReleaseRequestPayload extends Payload {
  @Field(() => ReleaseRequest, { nullable: true, description: 'The request as it was; null if it was not done.' })
  request!: RequestRow | null;
}
