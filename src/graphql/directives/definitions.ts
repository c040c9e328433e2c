import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLEnumType,
  GraphQLNonNull,
  GraphQLSchema,
  specifiedDirectives,
} from 'graphql';
import { registerEnumType } from 'type-graphql';
import { Permission, PERMISSION_SENTENCES, ROLE_SENTENCES, RoleName } from '../../auth/permissions.js';

const PERMISSION_DESCRIPTION =
  'What a role, a grant, a token or a client can hold. As an OAuth scope, MAPPING_PROPOSE is spelled `mapping:propose`.';

const described = <Name extends string>(sentences: Readonly<Record<Name, string>>) =>
  Object.fromEntries(Object.entries<string>(sentences).map(([name, description]) => [name, { description }])) as Record<
    Name,
    { description: string }
  >;

registerEnumType(Permission, {
  name: 'Permission',
  description: PERMISSION_DESCRIPTION,
  valuesConfig: described(PERMISSION_SENTENCES),
});

registerEnumType(RoleName, {
  name: 'RoleName',
  description: 'A named bundle of permissions.',
  valuesConfig: described(ROLE_SENTENCES),
});

const LOCATIONS = [DirectiveLocation.OBJECT, DirectiveLocation.FIELD_DEFINITION];

/**
 * Adds the definitions of the three directives to a schema. They come after the types because `@requires` takes the
 * very enum type that the schema's fields use.
 */
export function withRuleDirectives(schema: GraphQLSchema): GraphQLSchema {
  const permission =
    schema.getType('Permission') ??
    new GraphQLEnumType({
      name: 'Permission',
      description: PERMISSION_DESCRIPTION,
      values: described(PERMISSION_SENTENCES),
    });
  return new GraphQLSchema({
    ...schema.toConfig(),
    directives: [
      ...specifiedDirectives,
      new GraphQLDirective({
        name: 'public',
        description:
          'Anyone may resolve it. Exactly one of the three rules stands on every object type, or on the field itself, which then overrides its type.',
        locations: LOCATIONS,
      }),
      new GraphQLDirective({
        name: 'authenticated',
        description: 'Any signed-in caller may resolve it: by session, API token or access token.',
        locations: LOCATIONS,
        args: {
          personal: {
            type: new GraphQLNonNull(GraphQLBoolean),
            defaultValue: false,
            description: 'Concerns nobody but the person: closed to access tokens of applications that others run.',
          },
        },
      }),
      new GraphQLDirective({
        name: 'requires',
        description: 'Callers who hold the permission may resolve it, for the game version concerned.',
        locations: LOCATIONS,
        args: {
          permission: {
            type: new GraphQLNonNull(permission as GraphQLEnumType),
            description: 'The permission to hold.',
          },
          orSelf: {
            type: new GraphQLNonNull(GraphQLBoolean),
            defaultValue: false,
            description: 'Also admits the user whom the object belongs to.',
          },
        },
      }),
    ],
  });
}
