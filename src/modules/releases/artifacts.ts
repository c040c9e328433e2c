import { CONTENT_FILE, mavenCoordinate, mavenPath, parseReleaseName, zipName } from './release-names.js';
import type { ReleaseFileRow, ReleaseRow } from './releases.store.js';

/** A file of a release as people are told of it. */
export interface ArtifactOfRelease {
  fileName: string;
  url: string;
  /** Bytes. */
  size: number;
  /** In hex. */
  sha256: string;
  mavenCoordinate: string | null;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** What a client gets of a release, and where: the zip with documentation, the one without it, and the canonical content. */
export function artifactsOf(
  { name, digest }: Pick<ReleaseRow, 'name' | 'digest'>,
  files: readonly ReleaseFileRow[],
  publicUrl: string,
): ArtifactOfRelease[] {
  const key = parseReleaseName(name)!;
  const byName = new Map(files.map((file) => [file.fileName, file]));
  const zips = [true, false].flatMap((documentation) => {
    const fileName = zipName(key, documentation);
    const file = byName.get(fileName);
    if (file === undefined) return [];
    const url = `${publicUrl}/maven/${mavenPath(key, documentation)}`;
    const coordinate = mavenCoordinate(key, documentation);
    return [{ fileName, url, size: file.size, sha256: hex(file.sha256), mavenCoordinate: coordinate }];
  });
  const content = byName.get(CONTENT_FILE);
  if (content === undefined) return zips;
  return [
    ...zips,
    {
      fileName: 'names.jsonl',
      url: `${publicUrl}/exports/${name}/names.jsonl`,
      // It is kept compressed; gzip ends with the size of what is in it (RFC 1952).
      size: Buffer.from(content.tail).readUInt32LE(),
      sha256: hex(digest),
      mavenCoordinate: null,
    },
  ];
}
