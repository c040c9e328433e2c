// What is asked of the service and of Mercurius, whose schema has the same fields; PostGraphile asks in its own words.

const MAPPING_FIELDS = 'kind srg name documentation side';

export const FLOOR = '{ __typename }';

export const LOOKUP = `query Lookup($srg: String!, $version: String) {
  mapping(srg: $srg, version: $version) { ${MAPPING_FIELDS} }
}`;

export const inlineLookup = (srg: string, version: string): string =>
  `{ mapping(srg: ${JSON.stringify(srg)}, version: ${JSON.stringify(version)}) { ${MAPPING_FIELDS} } }`;

export const SEARCH = `query Search($query: String!, $version: String, $first: Int) {
  search(query: $query, version: $version, first: $first) {
    edges { score node { kind srg name } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const CLASS = `query Class($name: String!, $version: String) {
  class(name: $name, version: $version) {
    srg
    name
    obf
    methods(first: 100) {
      nodes {
        obf
        obfDescriptor
        srgDescriptor
        member {
          srg
          name
          documentation
          changes(first: 3) { nodes { newName state createdAt author { handle } } }
        }
      }
    }
  }
}`;

export const PARAMETERS = `query Members($name: String!, $version: String) {
  class(name: $name, version: $version) {
    srg
    name
    obf
    methods(first: 100) {
      nodes {
        obf
        obfDescriptor
        srgDescriptor
        owner { obf }
        member { srg name documentation ... on Method { parameters { srg name } } }
      }
    }
  }
}`;

export const TRANSLATE = `query Translate($names: [String!]!, $version: String) {
  translate(from: SRG, to: MCP, names: $names, version: $version) { from to candidates }
}`;

export const DEOBFUSCATE = `query Deobfuscate($text: String!, $version: String) {
  deobfuscate(text: $text, version: $version) { text replaced unknown }
}`;

export const FEED = `query Feed($after: String) {
  changes(first: 50, after: $after) {
    nodes { sequence kind srg oldName newName state createdAt version { name } author { handle } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** PostGraphile's own fields, and for what it would not know a field of a plan by hand (`peers/postgraphile.mjs`). */
export const POSTGRAPHILE = {
  LOOKUP: `query Lookup($srg: String!, $version: String!) {
  mapping(srg: $srg, version: $version) { ${MAPPING_FIELDS} }
}`,
  SEARCH: `query Search($query: String!, $version: String!, $first: Int!) {
  search(query: $query, version: $version, first: $first) { score kind srg name }
}`,
  CLASS: `query Class($name: String!, $version: String!) {
  class(name: $name, version: $version) {
    srg
    name
    obf
    methodsList(first: 100) {
      obf
      obfDescriptor
      srgDescriptor
      mappingByMemberId {
        srg
        name
        documentation
        historyList(first: 3) { newName state createdAt userByAuthorId { handle } }
      }
    }
  }
}`,
};
