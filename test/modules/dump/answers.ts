import { readFile } from 'node:fs/promises';
import type { TestService } from '../../support/service.js';
import { CHANGE } from '../changes/support.js';

const ENTRY = `id kind srg name documentation side lock { reason at until by { id handle } }`;
const MAPPING = `${ENTRY} version { id name } staged { id newName }
  changes(first: 5) { totalCount edges { cursor node { ${CHANGE} hash votes { for against } } } }`;
const DECLARATIONS = `totalCount edges { cursor node { obf obfDescriptor srgDescriptor owner { id srg } member { id srg name } } }`;
const RELEASE = `id name channel publishedAt via notes entryCount changeCount yanked yankedAt digest version { id }
  publishedBy { id } confirmedBy { id } yankedBy { id handle } previous { id name }
  artifacts { fileName url size sha256 mavenCoordinate }`;
const VERSION = `id name isCurrent frozen importedAt coverage { kind total named }`;

/** What anyone may ask: of each kind of object, with ids, cursors and numbers. Roles are left out, which a restore gives to nobody. */
const QUERIES: readonly string[] = [
  `{ gameVersions { totalCount edges { cursor node { ${VERSION} exports { format url contentType } } } } }`,
  `{ gameVersion { ${VERSION} } }`,
  ...['0.0-sample', '1.0', '1.1'].flatMap((version) => [
    `{ gameVersion(name: "${version}") { ${VERSION}
         classes(first: 100) { totalCount edges { cursor node { obf package ${ENTRY} coverage { kind total named } } } } } }`,
    `{ gameVersion(name: "${version}") { classes(first: 30) { nodes {
         methods(first: 25) { ${DECLARATIONS} } } } } }`,
    `{ gameVersion(name: "${version}") { classes(first: 30) { nodes { fields(first: 25) { ${DECLARATIONS} } } } } }`,
    `{ gameVersion(name: "${version}") { unnamed(first: 50) { totalCount edges { cursor node { ${ENTRY} staged { id } } } }
         releases { totalCount edges { cursor node { ${RELEASE} } } } } }`,
    `{ lookup(version: "${version}", name: "Plant.getHeight") { ${MAPPING}
         ... on Method { declarations(first: 5) { ${DECLARATIONS} } parameters { ${ENTRY} slot method { id } } } } }`,
    `{ search(version: "${version}", query: "gro", first: 20) { totalCount edges { cursor score node { id srg name } } } }`,
    `{ search(version: "${version}", query: "^get", match: REGEX, first: 20) { edges { cursor score node { id } } } }`,
    `{ class(version: "${version}", name: "Wheelbarrow") { obf srg id methods(unnamed: true) { ${DECLARATIONS} } } }`,
    `{ translate(version: "${version}", from: OBF, to: MCP, names: ["a", "a.c()F", "nope"]) { from to candidates } }`,
    `{ deobfuscate(version: "${version}", text: "at Plant.func_2001_b: field_1000_a, field_1002_c") { text replaced unknown } }`,
    `{ changes(version: "${version}", first: 100) { totalCount edges { cursor node { ${CHANGE} hash votes { for against }
         comments(first: 5) { totalCount edges { cursor node { id body createdAt editedAt author { id handle } } } } } } } }`,
  ]),
  `{ timeline(srg: "func_2003_d") { ${MAPPING} } }`,
  `{ changes(first: 2, states: [REJECTED, UNDONE, SUPERSEDED]) { totalCount pageInfo { endCursor } nodes { ${CHANGE} } } }`,
  `{ changes(srg: "field_1002_c", first: 20) { nodes { ${CHANGE} mapping { ${MAPPING} } } } }`,
  `{ releases { totalCount edges { cursor node { ${RELEASE} } } } }`,
  `{ release(name: "stable_2-1.0") { ${RELEASE} changes(first: 50) { totalCount edges { cursor node { ${CHANGE} } } } } }`,
  `{ compare(base: "stable_1-1.0", head: "1.0+draft") { added removed renamed redocumented
       entries { srg kind oldName newName oldDocumentation newDocumentation } } }`,
  `{ compare(base: "1.0", head: "1.1") { added removed renamed redocumented entries { srg } } }`,
  ...['Alice', 'BOB', 'carol', 'carol-of-old', 'dave-who-left', 'helper1', 'nobody'].map(
    (handle) =>
      `{ user(handle: "${handle}") { id handle isBot createdAt changes(first: 20) { totalCount nodes { ${CHANGE} } } } }`,
  ),
  `{ roles { name permissions } }`,
];

const FILES = [
  '/exports/1.0/names.zip',
  '/exports/1.0+draft/methods.csv',
  '/exports/1.0+draft-alice/fields.csv',
  '/exports/1.0/joined.tsrg',
  '/exports/stable_2-1.0/methods.csv',
  '/exports',
  '/maven/de/oceanlabs/mcp/mcp_stable/2-1.0/mcp_stable-2-1.0.zip',
  '/maven/de/oceanlabs/mcp/mcp_stable/maven-metadata.xml',
  '/maven/de/oceanlabs/mcp/mcp/1.0/mcp-1.0-srg.zip',
];

/** What a service answers to all of it: by question. */
export async function answersOf(service: TestService): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  const client = service.client();
  const readme = await readFile('README.md', 'utf8');
  const printed = [...readme.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, query]) => query!);
  for (const query of [...QUERIES, ...printed]) {
    const { data, errors } = await client.send(query);
    answers[query] = { data, errors: errors?.map(({ message, extensions }) => [extensions.code, message]) };
  }
  const { nodes } = await client.query(`query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }`, {
    ids: idsIn(answers),
  });
  answers['nodes'] = nodes;
  for (const url of FILES) {
    const { statusCode, headers, rawPayload } = await service.http.inject({ url });
    const { etag, 'content-type': type } = headers;
    answers[url] = { statusCode, etag, type, body: rawPayload.toString('base64') };
  }
  return answers;
}

/** A hundred of the ids that were told. */
function idsIn(answers: object): string[] {
  const ids = new Set([...JSON.stringify(answers).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id!));
  return [...ids].sort().slice(0, 100);
}
