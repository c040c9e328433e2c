import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { Database } from '../../db/index.js';
import { Remembered } from '../../db/remembered.js';
import { Kept } from '../../shared/kept.js';
import type { Exports } from '../exports/exports.service.js';
import { formatSpec } from '../formats/index.js';
import { versionFiles } from '../imports/version-files.store.js';
import { parseTarget } from '../name-sets/target.js';
import { releaseFile } from '../releases/releases.store.js';
import { ReleaseListings, VersionListings, type Listing } from './listings.js';
import { pomText } from './maven-documents.js';
import { parseMavenPath, type Checksum, type MavenBase, type MavenFile } from './maven-path.js';
import { fileSums, listedReleases, listedVersions, type FileSums, type ListedRelease } from './maven.store.js';
import { mcpConfigZip, mcpZip } from './mcp-zips.js';

/** A file of the repository. */
export interface RepositoryFile {
  bytes: Buffer;
  contentType: string;
  /** Another one whenever the bytes are others. */
  etag: string;
  lastModified: Date;
  /** Whether it stays as it is for ever, as the files of releases do. */
  immutable: boolean;
}

type ReleaseZip = Extract<MavenFile, { of: 'ZIP' }>;

const ZIP = 'application/zip';
const XML = 'text/xml; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';

/** Bytes of files of releases, and of zips of game versions, that are kept. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** Files of releases whose checksums are kept. */
const KEPT_SUMS = 5_000;

const hashed = (bytes: Buffer, checksum: Checksum): string => createHash(checksum).update(bytes).digest('hex');

const fileOf = (bytes: Buffer, contentType: string, lastModified: Date, immutable = false): RepositoryFile => ({
  bytes,
  contentType,
  etag: hashed(bytes, 'sha256'),
  lastModified,
  immutable,
});

const listingFile = (listing: Listing | null, contentType: string): RepositoryFile | null =>
  listing && fileOf(Buffer.from(listing.text), contentType, listing.changedAt);

/** A file with the bare checksum of another one. */
const sumFile = (sum: string, { lastModified, immutable }: Omit<RepositoryFile, 'bytes'>): RepositoryFile => ({
  bytes: Buffer.from(sum),
  contentType: TEXT,
  etag: sum,
  lastModified,
  immutable,
});

/**
 * The Maven repository, in the layout that build tools have read since MCPBot: releases byte for byte as they were published, what a
 * game version was imported from, and what there is of both. What there is stays in memory until a notification says that there is
 * more; files of releases cost one statement, or none where they were asked for before.
 */
export class Maven {
  private readonly releases: Remembered<ReleaseListings>;
  private readonly versions: Remembered<VersionListings>;
  private readonly released = new Kept<RepositoryFile>(KEPT_BYTES, ({ bytes }) => bytes.length);
  private readonly sums = new Kept<FileSums>(KEPT_SUMS);
  private readonly zips = new Kept<RepositoryFile>(KEPT_BYTES, ({ bytes }) => bytes.length);
  /** Zips of game versions are made one at a time. */
  private readonly limit = pLimit(1);

  constructor(
    private readonly db: Database,
    private readonly exports: Exports,
    private readonly log: Logger,
  ) {
    this.releases = new Remembered(db, 'releases', async () => new ReleaseListings(await listedReleases(db)));
    this.versions = new Remembered(db, 'game_versions', async () => new VersionListings(await listedVersions(db)));
  }

  /**
   * A file by its path below the repository's root, like `de/oceanlabs/mcp/mcp_stable/39-1.12/mcp_stable-39-1.12.zip`, or the checksum
   * of one; null where there is none. @throws AppError NOT_FOUND for a draft of nobody
   */
  async file(path: string): Promise<RepositoryFile | null> {
    const request = parseMavenPath(path);
    if (request === null) return null;
    const { file, checksum } = request;
    if (file.of === 'ZIP' && checksum !== null) return this.releaseSum(file, checksum);
    const found = await this.find(file);
    if (found === null || checksum === null) return found;
    return sumFile(checksum === 'sha256' ? found.etag : hashed(found.bytes, checksum), found);
  }

  private async find(file: MavenFile): Promise<RepositoryFile | null> {
    switch (file.of) {
      case 'VERSIONS_JSON':
        return listingFile((await this.releases.get()).versionsJson, JSON_TYPE);
      case 'METADATA': {
        const { artifact } = file;
        const listing = (await this.releases.get()).metadata(artifact);
        return listingFile(listing ?? (await this.versions.get()).metadata(artifact), XML);
      }
      case 'POM':
        return this.pom(file);
      case 'ZIP':
        return this.releaseZip(file);
      case 'MCP_ZIP':
      case 'MCP_CONFIG_ZIP':
        return this.gameZip(file);
    }
  }

  private async pom({ artifact, version, base }: Extract<MavenFile, { of: 'POM' }>): Promise<RepositoryFile | null> {
    const existsSince = await this.since(base);
    if (existsSince === null) return null;
    const text = pomText(artifact, version, artifact === 'mcp' ? 'pom' : 'zip');
    return fileOf(Buffer.from(text), XML, existsSince);
  }

  /** When a version of an artifact came; null for one that is not there. */
  private async since(base: MavenBase): Promise<Date | null> {
    if ('release' in base) {
      const { release, draft } = await this.findRelease(base);
      // Refuses a draft of nobody.
      if (draft && release !== null) await this.exports.target(base.release);
      return release?.publishedAt ?? null;
    }
    const version = (await this.versions.get()).version(base.game);
    return version !== null && (base.artifact === 'mcp' || version.hasFiles) ? version.importedAt : null;
  }

  private async findRelease({ release: text }: { release: string }) {
    const { base, draft } = parseTarget(text);
    return { release: (await this.releases.get()).release(base), draft: draft !== null };
  }

  /** The zip of a release as it was published, or made of a release and staged changes. */
  private async releaseZip(file: ReleaseZip): Promise<RepositoryFile | null> {
    const { release, draft } = await this.findRelease(file);
    if (release === null) return null;
    if (draft) return this.draftZip(file);
    return this.released.get(`${release.id} ${file.fileName}`, async () => {
      const bytes = await releaseFile(this.db, release.id, file.fileName);
      return bytes && fileOf(Buffer.from(bytes), ZIP, release.publishedAt, true);
    });
  }

  private async draftZip({ release, documentation }: ReleaseZip): Promise<RepositoryFile> {
    const found = await this.exports.target(release);
    const { bytes, sha256, changedAt } = await this.exports.file(found, formatSpec('CSV_ZIP'), {
      namespaces: [],
      documentation,
    });
    return { bytes, contentType: ZIP, etag: sha256, lastModified: changedAt, immutable: false };
  }

  /** The checksum of a release's zip, as it was written down when it was published. */
  private async releaseSum(file: ReleaseZip, checksum: Checksum): Promise<RepositoryFile | null> {
    const { release, draft } = await this.findRelease(file);
    if (release === null) return null;
    if (draft) {
      const zip = await this.draftZip(file);
      return sumFile(hashed(zip.bytes, checksum), zip);
    }
    return this.writtenSum(release, file.fileName, checksum);
  }

  private async writtenSum(release: ListedRelease, fileName: string, checksum: Checksum) {
    const sums = await this.sums.get(`${release.id} ${fileName}`, () => fileSums(this.db, release.id, fileName));
    if (sums === null) return null;
    const sum = Buffer.from(sums[checksum]).toString('hex');
    return sumFile(sum, { contentType: ZIP, etag: sum, lastModified: release.publishedAt, immutable: true });
  }

  private async gameZip(
    file: Extract<MavenFile, { of: 'MCP_ZIP' | 'MCP_CONFIG_ZIP' }>,
  ): Promise<RepositoryFile | null> {
    const version = (await this.versions.get()).version(file.version);
    if (version === null || (file.of === 'MCP_CONFIG_ZIP' && !version.hasFiles)) return null;
    const { id, name, importedAt, head, changedAt } = version;
    const of = `${id} ${importedAt.getTime()}`;
    if (file.of === 'MCP_CONFIG_ZIP') {
      return this.zips.get(`${of} config`, () =>
        this.limit(async () => {
          return fileOf(await mcpConfigZip(name, await versionFiles(this.db, id)), ZIP, importedAt);
        }),
      );
    }
    const { mappings } = file;
    // Names tell what is static, so that the zip may be another one with every head.
    return this.zips.get(`${of} ${head} ${mappings}`, () =>
      this.limit(async () => fileOf(await mcpZip(this.db, name, mappings), ZIP, changedAt)),
    );
  }

  /** Looks anew at what there is: this process has written, or has heard that another one did. */
  forget(): void {
    this.releases.forget();
    this.versions.forget();
  }

  async close(): Promise<void> {
    try {
      await this.releases.close();
      await this.versions.close();
    } catch (error) {
      this.log.error({ err: error }, 'maven');
    }
  }
}
