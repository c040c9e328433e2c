import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { Database } from '../../db/index.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Requires } from '../../graphql/directives/index.js';
import { rowKey } from '../../graphql/inputs.js';
import { payload } from '../user-errors/payload.types.js';
import { confirmRelease } from './confirm.service.js';
import { publishRelease, type Published } from './publish.service.js';
import type { ReleaseRules } from './release-rules.js';
import {
  PublishReleaseInput,
  ReleasePayload,
  ReleaseRequestInput,
  ReleaseRequestPayload,
  YankReleaseInput,
} from './releases.types.js';
import type { ReleaseRow } from './releases.store.js';
import { withdrawRequest } from './requests.service.js';
import { yankRelease } from './yank.service.js';

const NOTHING: Published = { release: null, request: null };
const published = (release: ReleaseRow): Published => ({ release, request: null });
const NO_REQUEST: Pick<ReleaseRequestPayload, 'request'> = { request: null };

@Resolver()
export class ReleaseMutations {
  constructor(
    private readonly db: Database,
    private readonly rules: ReleaseRules,
  ) {}

  @Mutation(() => ReleasePayload, {
    nullable: true,
    description:
      'Publishes the names of a game version as they are now, for ever. A stable release takes a session whose person has just proved presence, and where the service is set so a second person.',
  })
  @Requires(Permission.RELEASE_PUBLISH)
  publishRelease(
    @Arg('input', () => PublishReleaseInput, { description: 'What to publish.' }) input: PublishReleaseInput,
    @Ctx() context: Context,
  ) {
    return payload(() => publishRelease(this.db, this.rules, callerOf(context), input), NOTHING);
  }

  @Mutation(() => ReleasePayload, {
    nullable: true,
    description:
      'Publishes a stable release that somebody else has asked for. Takes a session whose person has just proved presence.',
  })
  @Requires(Permission.RELEASE_PUBLISH)
  confirmRelease(
    @Arg('input', () => ReleaseRequestInput, { description: 'The request.' }) { request }: ReleaseRequestInput,
    @Ctx() context: Context,
  ) {
    const id = rowKey('ReleaseRequest', request);
    return payload(async () => published(await confirmRelease(this.db, callerOf(context), id)), NOTHING);
  }

  @Mutation(() => ReleaseRequestPayload, {
    nullable: true,
    description: 'Takes a request for a stable release back: that of whoever asked, or of somebody else.',
  })
  @Requires(Permission.RELEASE_PUBLISH)
  withdrawReleaseRequest(
    @Arg('input', () => ReleaseRequestInput, { description: 'The request.' }) { request }: ReleaseRequestInput,
    @Ctx() context: Context,
  ) {
    const id = rowKey('ReleaseRequest', request);
    return payload(async () => ({ request: await withdrawRequest(this.db, callerOf(context), id) }), NO_REQUEST);
  }

  @Mutation(() => ReleasePayload, {
    nullable: true,
    description:
      'Marks a release as not to be used, once and for all; its files stay. Takes a session whose person has just proved presence.',
  })
  @Requires(Permission.RELEASE_PUBLISH)
  yankRelease(
    @Arg('input', () => YankReleaseInput, { description: 'The release, and why.' }) input: YankReleaseInput,
    @Ctx() context: Context,
  ) {
    const release = rowKey('Release', input.release);
    return payload(
      async () => published(await yankRelease(this.db, callerOf(context), { release, reason: input.reason })),
      NOTHING,
    );
  }
}
