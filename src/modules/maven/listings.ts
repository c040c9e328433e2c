import { mavenArtifact, mavenVersion, type ReleaseChannel } from '../releases/release-names.js';
import { metadataText, versionsJson, type VersionNumbers } from './maven-documents.js';
import { GAME_ARTIFACTS } from './maven-path.js';
import type { ListedRelease, ListedVersion } from './maven.store.js';

/** A text of the repository that says what there is. */
export interface Listing {
  text: string;
  changedAt: Date;
}

const newest = (dates: readonly Date[]): Date => new Date(Math.max(0, ...dates.map((date) => date.getTime())));

/** maven-metadata.xml of an artifact; null for one without versions. */
const metadata = (artifact: string, versions: readonly string[], updated: Date, changedAt: Date): Listing | null =>
  versions.length === 0 ? null : { text: metadataText(artifact, versions, updated), changedAt };

/** What the repository tells of releases. One that was yanked is in no list, and its files stay. */
export class ReleaseListings {
  private readonly byName: ReadonlyMap<string, ListedRelease>;
  private readonly byArtifact = new Map<string, Listing | null>();
  readonly versionsJson: Listing;

  /** @param releases newest first */
  constructor(releases: readonly ListedRelease[]) {
    this.byName = new Map(releases.map((release) => [release.name, release]));
    const listed = releases.filter(({ yankedAt }) => yankedAt === null);
    const changedAt = newest(releases.flatMap(({ publishedAt, yankedAt }) => [publishedAt, yankedAt ?? publishedAt]));
    for (const channel of ['SNAPSHOT', 'STABLE'] satisfies ReleaseChannel[]) {
      const own = listed.filter((release) => release.channel === channel);
      const updated = newest(own.map(({ publishedAt }) => publishedAt));
      for (const documentation of [true, false]) {
        const artifact = mavenArtifact(channel, documentation);
        this.byArtifact.set(artifact, metadata(artifact, own.map(mavenVersion), updated, changedAt));
      }
    }
    this.versionsJson = { text: versionsJson(numbersByVersion(listed)), changedAt };
  }

  release(name: string): ListedRelease | null {
    return this.byName.get(name) ?? null;
  }

  /** maven-metadata.xml; null for an artifact of no release. */
  metadata(artifact: string): Listing | null {
    return this.byArtifact.get(artifact) ?? null;
  }
}

/** The numbers by game version. */
function numbersByVersion(releases: readonly ListedRelease[]): [string, VersionNumbers][] {
  const byVersion = new Map<string, VersionNumbers>();
  for (const { version, channel, number } of releases) {
    const numbers = byVersion.get(version) ?? { snapshot: [], stable: [] };
    numbers[channel === 'SNAPSHOT' ? 'snapshot' : 'stable'].push(number);
    byVersion.set(version, numbers);
  }
  return [...byVersion];
}

/** What the repository tells of game versions. */
export class VersionListings {
  private readonly byName: ReadonlyMap<string, ListedVersion>;
  private readonly byArtifact = new Map<string, Listing | null>();

  /** @param versions newest first */
  constructor(versions: readonly ListedVersion[]) {
    this.byName = new Map(versions.map((version) => [version.name, version]));
    for (const artifact of GAME_ARTIFACTS) {
      const own = versions.filter(({ hasFiles }) => artifact === 'mcp' || hasFiles);
      const updated = newest(own.map(({ importedAt }) => importedAt));
      this.byArtifact.set(artifact, metadata(artifact, own.map(({ name }) => name), updated, updated)); // prettier-ignore
    }
  }

  version(name: string): ListedVersion | null {
    return this.byName.get(name) ?? null;
  }

  /** See {@link ReleaseListings.metadata}. */
  metadata(artifact: string): Listing | null {
    return this.byArtifact.get(artifact) ?? null;
  }
}
