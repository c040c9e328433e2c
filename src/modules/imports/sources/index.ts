export { openSource, type ImportSource, type SourceOptions } from './source.js';
export { mavenPath, mavenUrl, openMavenArtifact, parseMavenCoordinate, type MavenCoordinate } from './maven.js';
export { locateNameFiles, locateVersionFiles, type VersionFiles } from './locate.js';
