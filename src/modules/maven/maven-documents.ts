import { MAVEN_GROUP } from '../releases/release-names.js';

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const xml = (text: string): string => text.replace(/[&<>"]/g, (char) => ESCAPES[char]!);

/**
 * The POM of an artifact. @param packaging `zip` where that is its file, so that a build may ask for it without `@zip`; `pom` where all
 * of its files have a classifier
 */
export const pomText = (artifact: string, version: string, packaging: 'zip' | 'pom'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://maven.apache.org/POM/4.0.0 http://maven.apache.org/xsd/maven-4.0.0.xsd">
  <modelVersion>4.0.0</modelVersion>
  <groupId>${MAVEN_GROUP}</groupId>
  <artifactId>${xml(artifact)}</artifactId>
  <version>${xml(version)}</version>
  <packaging>${packaging}</packaging>
</project>
`;

/** maven-metadata.xml. @param versions newest first, at least one; @param updated when the newest of them came */
export const metadataText = (artifact: string, versions: readonly string[], updated: Date): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<metadata>
  <groupId>${MAVEN_GROUP}</groupId>
  <artifactId>${xml(artifact)}</artifactId>
  <versioning>
    <latest>${xml(versions[0]!)}</latest>
    <release>${xml(versions[0]!)}</release>
    <versions>
${versions.map((version) => `      <version>${xml(version)}</version>\n`).join('')}    </versions>
    <lastUpdated>${updated.toISOString().slice(0, 19).replace(/\D/g, '')}</lastUpdated>
  </versioning>
</metadata>
`;

/** The numbers of the releases of a game version, newest first. */
export interface VersionNumbers {
  snapshot: number[];
  stable: number[];
}

/**
 * versions.json, spaced as MCPBot's Python wrote it. Both channels are always there: ForgeGradle looks for a number of another game
 * version only where its own has the channel.
 * @param versions newest first
 */
export const versionsJson = (versions: readonly (readonly [name: string, numbers: VersionNumbers])[]): string => {
  const list = (numbers: readonly number[]) => `[${numbers.join(', ')}]`;
  const entries = versions.map(
    ([name, { snapshot, stable }]) =>
      `${JSON.stringify(name)}: {"snapshot": ${list(snapshot)}, "stable": ${list(stable)}}`,
  );
  return `{${entries.join(', ')}}`;
};
