/** How releases and their files are called: in one place, as build tools read these names. */

export type ReleaseChannel = 'SNAPSHOT' | 'STABLE';

/** What the names of a release are made of. */
export interface ReleaseKey {
  channel: ReleaseChannel;
  /** The day in UTC of a snapshot (20201028), the number of a stable release (39). */
  number: number;
  /** The name of the game version. */
  version: string;
}

export const MAVEN_GROUP = 'de.oceanlabs.mcp';

/** What a Maven artifact and a release name begin with. */
const CHANNELS = { SNAPSHOT: 'snapshot', STABLE: 'stable' } as const;

const RELEASE_NAME = /^(snapshot|stable)_([1-9]\d{0,8})-(.+)$/s;

/** snapshot_20201028-1.16.3, stable_39-1.12 */
export const releaseName = ({ channel, number, version }: ReleaseKey): string =>
  `${CHANNELS[channel]}_${number}-${version}`;

/** What a release is called so; null where the text is not the name of a release. */
export function parseReleaseName(name: string): ReleaseKey | null {
  const match = RELEASE_NAME.exec(name);
  if (match === null) return null;
  const [, channel, number, version] = match as unknown as [string, string, string, string];
  return { channel: channel === 'stable' ? 'STABLE' : 'SNAPSHOT', number: Number(number), version };
}

/** The number of a snapshot of a day, in UTC: 20201028. */
export const snapshotNumber = (at: Date): number => Number(at.toISOString().slice(0, 10).replaceAll('-', ''));

/** Whether documentation is in the artifact: `mcp_snapshot` and `mcp_snapshot_nodoc`. */
export const mavenArtifact = (channel: ReleaseChannel, documentation: boolean): string =>
  `mcp_${CHANNELS[channel]}${documentation ? '' : '_nodoc'}`;

/** The version of a Maven artifact: 20201028-1.16.3 */
export const mavenVersion = ({ number, version }: Pick<ReleaseKey, 'number' | 'version'>): string =>
  `${number}-${version}`;

/** mcp_snapshot-20201028-1.16.3.zip: the file of a release that build tools fetch. */
export const zipName = (key: ReleaseKey, documentation: boolean): string =>
  `${mavenArtifact(key.channel, documentation)}-${mavenVersion(key)}.zip`;

/** de.oceanlabs.mcp:mcp_snapshot:20201028-1.16.3@zip */
export const mavenCoordinate = (key: ReleaseKey, documentation: boolean): string =>
  `${MAVEN_GROUP}:${mavenArtifact(key.channel, documentation)}:${mavenVersion(key)}@zip`;

/** Where a zip stands in a Maven repository, from its root: de/oceanlabs/mcp/mcp_snapshot/20201028-1.16.3/mcp_snapshot-20201028-1.16.3.zip */
export const mavenPath = (key: ReleaseKey, documentation: boolean): string =>
  [
    ...MAVEN_GROUP.split('.'),
    mavenArtifact(key.channel, documentation),
    mavenVersion(key),
    zipName(key, documentation),
  ].join('/');

/** The file of a release that holds its canonical content, compressed. */
export const CONTENT_FILE = 'names.jsonl.gz';
