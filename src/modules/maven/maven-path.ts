import { MAVEN_GROUP, mavenArtifact } from '../releases/release-names.js';

/** Where the service has its Maven repository. */
export const MAVEN_PATH = '/maven';

/** The folder of everything, from the repository's root. */
const FOLDER = `${MAVEN_GROUP.replaceAll('.', '/')}/`;

/** Where ForgeGradle 1.x and 2.x look for what there is, from the repository's root. */
export const VERSIONS_JSON = `${FOLDER}versions.json`;

/** The artifacts of releases; what they are called is as a release's name begins, with documentation or without. */
const RELEASED = [
  { artifact: mavenArtifact('SNAPSHOT', true), channel: 'snapshot', documentation: true },
  { artifact: mavenArtifact('SNAPSHOT', false), channel: 'snapshot', documentation: false },
  { artifact: mavenArtifact('STABLE', true), channel: 'stable', documentation: true },
  { artifact: mavenArtifact('STABLE', false), channel: 'stable', documentation: false },
] as const;

/** The artifacts of game versions. */
export const GAME_ARTIFACTS = ['mcp', 'mcp_config'] as const;
export type GameArtifact = (typeof GAME_ARTIFACTS)[number];

export const CHECKSUMS = ['md5', 'sha1', 'sha256', 'sha512'] as const;
export type Checksum = (typeof CHECKSUMS)[number];

/** What a file of the repository is, as far as its path tells. */
export type MavenFile =
  | { of: 'VERSIONS_JSON' }
  | { of: 'METADATA'; artifact: string }
  | { of: 'POM'; artifact: string; version: string; base: MavenBase }
  | { of: 'ZIP'; release: string; fileName: string; documentation: boolean }
  | { of: 'MCP_ZIP'; version: string; mappings: 'SRG' | 'CSRG' }
  | { of: 'MCP_CONFIG_ZIP'; version: string };

/** What a version of an artifact is of: a release, with staged changes over it or not, as a target names it; or a game version. */
export type MavenBase = { release: string } | { game: string; artifact: GameArtifact };

export interface MavenRequest {
  file: MavenFile;
  /** The checksum of it that is asked for; null for the file itself. */
  checksum: Checksum | null;
}

const SUFFIX = new RegExp(`\\.(${CHECKSUMS.join('|')})$`);

/** Reads a path below the repository's root. Every path has one spelling; null for what is none of the repository. */
export function parseMavenPath(path: string): MavenRequest | null {
  const checksum = (SUFFIX.exec(path)?.[1] ?? null) as Checksum | null;
  const file = parseFile(checksum === null ? path : path.slice(0, -checksum.length - 1));
  return file && { file, checksum };
}

function parseFile(path: string): MavenFile | null {
  if (path === VERSIONS_JSON) return { of: 'VERSIONS_JSON' };
  if (!path.startsWith(FOLDER)) return null;
  const [artifact = '', version = '', fileName, ...rest] = path.slice(FOLDER.length).split('/');
  const released = RELEASED.find((each) => each.artifact === artifact);
  const game = GAME_ARTIFACTS.find((each) => each === artifact);
  if ((released === undefined && game === undefined) || rest.length > 0) return null;
  if (fileName === undefined) return version === 'maven-metadata.xml' ? { of: 'METADATA', artifact } : null;
  const stem = `${artifact}-${version}`;
  if (released !== undefined) {
    const release = `${released.channel}_${version}`;
    if (fileName === `${stem}.pom`) return { of: 'POM', artifact, version, base: { release } };
    const { documentation } = released;
    return fileName === `${stem}.zip` ? { of: 'ZIP', release, fileName, documentation } : null;
  }
  if (fileName === `${stem}.pom`) return { of: 'POM', artifact, version, base: { game: version, artifact: game! } };
  if (game === 'mcp_config') return fileName === `${stem}.zip` ? { of: 'MCP_CONFIG_ZIP', version } : null;
  if (fileName === `${stem}-srg.zip`) return { of: 'MCP_ZIP', version, mappings: 'SRG' };
  return fileName === `${stem}-csrg.zip` ? { of: 'MCP_ZIP', version, mappings: 'CSRG' } : null;
}
