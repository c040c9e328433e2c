import type { ReleaseForIrcFragment } from '../generated/documents.js';

/** By what build tools know a release: `de.oceanlabs.mcp:mcp_snapshot:20201028-1.16.3@zip`; one of its files has it. */
export const coordinateOf = ({ artifacts }: Pick<ReleaseForIrcFragment, 'artifacts'>): string =>
  artifacts.map(({ mavenCoordinate }) => mavenCoordinate).find((coordinate) => coordinate !== null)!;
