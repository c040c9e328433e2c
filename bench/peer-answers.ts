// What PostGraphile answers, in the shape of the service.

interface FoundEntry {
  score: number;
  kind: string;
  srg: string;
  name: string | null;
}

/** One more than was asked for tells whether there are more; it has cursors of its own, which are left out. */
export const shapeSearch =
  (first: number) =>
  ({ search }: { search: FoundEntry[] }): unknown => ({
    search: {
      edges: search.slice(0, first).map(({ score, ...node }) => ({ score, node })),
      pageInfo: { hasNextPage: search.length > first },
    },
  });

export const withoutCursor = ({
  search,
}: {
  search: { edges: unknown; pageInfo: { hasNextPage: boolean } };
}): unknown => ({
  search: { edges: search.edges, pageInfo: { hasNextPage: search.pageInfo.hasNextPage } },
});

interface ClassOfPeer {
  methodsList: {
    mappingByMemberId: { historyList: { createdAt: string; userByAuthorId: { handle: string } | null }[] };
  }[];
}

export const shapeClass = ({ class: found }: { class: ClassOfPeer | null }): unknown => {
  if (found === null) return { class: null };
  const { methodsList, ...rest } = found;
  const nodes = methodsList.map(({ mappingByMemberId: { historyList, ...member }, ...declaration }) => ({
    ...declaration,
    member: {
      ...member,
      changes: {
        nodes: historyList.map(({ createdAt, userByAuthorId, ...change }) => ({
          ...change,
          createdAt: new Date(createdAt).toISOString(),
          author: userByAuthorId,
        })),
      },
    },
  }));
  return { class: { ...rest, methods: { nodes } } };
};
