import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isInterfaceType,
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { encodeId } from '../../src/graphql/ids.js';

const NOBODY = 999_999;

/** Ids are of one type each; the argument's name tells which. Of nothing that exists, so that a call that passes changes nothing. */
const ID_TYPES: Record<string, string> = {
  user: 'User',
  from: 'User',
  into: 'User',
  actor: 'User',
  subject: 'User',
  bot: 'User',
  identity: 'Identity',
  change: 'Change',
  comment: 'Comment',
  release: 'Release',
  request: 'ReleaseRequest',
  client: 'OAuthClient',
};
const NODE_MUTATIONS: Record<string, string> = {
  revokeSession: 'Session',
  unlinkIdentity: 'Identity',
  confirmIdentityLink: 'Identity',
  revokeApiToken: 'ApiToken',
  rotateApiToken: 'ApiToken',
  removePasskey: 'Passkey',
  revokeRole: 'RoleGrant',
  deleteComment: 'Comment',
  rotateWebhookSecret: 'Webhook',
  enableWebhook: 'Webhook',
  deleteWebhook: 'Webhook',
  pingWebhook: 'Webhook',
  rotateClientSecret: 'OAuthClient',
  deleteClient: 'OAuthClient',
};

/** A value of a type that is spelled right and names nothing that exists. */
function valueOf(type: GraphQLInputType, name: string, field: string): unknown {
  if (isNonNullType(type)) return valueOf(type.ofType, name, field);
  if (isListType(type)) return [valueOf(type.ofType, name, field)];
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter((each) => isNonNullType(each.type))
        .map((each) => [each.name, valueOf(each.type, each.name, field)]),
    );
  }
  switch (type.name) {
    case 'ID':
      return encodeId(ID_TYPES[name] ?? NODE_MUTATIONS[field] ?? 'User', NOBODY);
    case 'DateTime':
      return new Date(Date.now() + 86_400_000).toISOString();
    case 'Boolean':
      return false;
    case 'Int':
    case 'Float':
      return 1;
    case 'URL':
      return 'https://example.com/';
    case 'JSONObject':
      return {};
    default:
      return name === 'returnTo' ? '/' : 'nothing';
  }
}

/** An operation that calls one root field with its required arguments. */
export function sampleOperation(kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>) {
  const required = field.args.filter((arg) => isNonNullType(arg.type));
  const variables = Object.fromEntries(required.map((arg) => [arg.name, valueOf(arg.type, arg.name, field.name)]));
  const declared = required.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const passed = required.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const type = getNamedType(field.type);
  const selection = isObjectType(type) || isInterfaceType(type) ? ' { __typename }' : '';
  const query = `${kind}${declared && ` (${declared})`} { ${field.name}${passed && `(${passed})`}${selection} }`;
  return { query, variables };
}
