/** Operations on OAuth clients. */

const ERRORS = `userErrors { code message path }`;

export const CLIENT_FIELDS = `id clientId name kind authentication owner { id handle } bot { id handle } trusted homepage redirectUris
  postLogoutRedirectUris backchannelLogoutUri permissions networks publicKeys dpopBound createdAt`;

export const REGISTER = `mutation ($input: RegisterClientInput!) {
  registerClient(input: $input) { client { ${CLIENT_FIELDS} } secret ${ERRORS} } }`;

export const UPDATE = `mutation ($input: UpdateClientInput!) {
  updateClient(input: $input) { client { ${CLIENT_FIELDS} } secret ${ERRORS} } }`;

export const ROTATE = `mutation ($id: ID!) { rotateClientSecret(input: { id: $id }) { client { id } secret ${ERRORS} } }`;

export const DELETE = `mutation ($id: ID!) { deleteClient(input: { id: $id }) { ok ${ERRORS} } }`;

export const MINE = `{ viewer { clients { id name } } }`;

export const SHOWN = `query ($id: ID!) { node(id: $id) { ... on OAuthClient { name } } }`;

export const CLIENTS = `query ($first: Int, $after: String, $query: String) {
  clients(first: $first, after: $after, query: $query) {
    nodes { id name owner { handle } } totalCount pageInfo { hasNextPage endCursor } } }`;

export const AUTHORIZED = `{ viewer { authorizedClients { id clientId name homepage ownerHandle permissions offline authorizedAt } } }`;

export const REVOKE_ACCESS = `mutation ($client: ID!) {
  revokeClientAccess(input: { client: $client }) { viewer { authorizedClients { id } } ${ERRORS} } }`;

export const ALLOW_ACTING = `mutation ($input: AllowActingInput!) {
  allowActing(input: $input) { viewer { identities { id actingPermissions } } ${ERRORS} } }`;
