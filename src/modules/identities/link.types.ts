import { Field, InputType, ObjectType } from 'type-graphql';
import { Public } from '../../graphql/directives/index.js';
import { Url } from '../../graphql/scalars.js';
import { Payload } from '../user-errors/payload.types.js';
import { IdentityProvider } from './identities.types.js';

const RETURN_TO = 'Where the browser goes in the end: a path of this service, `/` where none is given.';

@InputType({ description: 'An identity to link.' })
export class StartIdentityLinkInput {
  @Field(() => IdentityProvider, { description: 'Who vouches for it: GITHUB or DISCORD.' })
  provider!: IdentityProvider;

  @Field(() => String, { nullable: true, description: RETURN_TO })
  returnTo?: string | null;
}

@InputType({ description: 'A proof of presence by a provider.' })
export class StartReauthenticationInput {
  @Field(() => IdentityProvider, { description: 'Whose identity the caller has: GITHUB or DISCORD.' })
  provider!: IdentityProvider;

  @Field(() => String, { nullable: true, description: RETURN_TO })
  returnTo?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Where to send the browser, or why not.' })
@Public()
export class StartIdentityLinkPayload extends Payload {
  @Field(() => Url, {
    nullable: true,
    description: 'An address at the provider, for this browser and the next 10 minutes; null where nothing was begun.',
  })
  authorizationUrl!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A provider through which one can sign in here.' })
@Public()
export class ProviderInfo {
  @Field(() => IdentityProvider, { description: 'Which.' })
  provider!: IdentityProvider;

  @Field(() => String, { description: 'Its name, for people.' })
  title!: string;

  @Field(() => Url, {
    description: 'Where to send the browser to sign in. Takes `?returnTo=/path` for where it goes in the end.',
  })
  signInUrl!: string;
}
