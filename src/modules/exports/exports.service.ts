import type { Logger } from 'pino';
import pLimit from 'p-limit';
import type { Database } from '../../db/index.js';
import { Remembered } from '../../db/remembered.js';
import { AppError } from '../../shared/errors.js';
import { Kept } from '../../shared/kept.js';
import { Lru } from '../../shared/lru.js';
import type { ReadModels } from '../read-model/read-models.js';
import { findTarget, type NameTarget } from '../name-sets/target.js';
import { buildExport, type BuiltExport } from './build-export.js';
import type { ExportChoice } from './export-text.js';
import { exportFromMemory } from './export-from-memory.js';
import type { ExportedFile } from './exported-file.js';

/** Bytes of finished files that are kept. */
const KEPT = 24 * 1024 * 1024;
/** Files that are made at once: two would take twice the memory for the same time, as there is one thread to make them. */
const AT_ONCE = 1;
/** Files that wait for their turn; more would wait longer than anybody does. */
const WAITING = 100;
/** Targets that are kept: there are few, but for drafts of users. */
const TARGETS = 1_000;

/** Every process hears on it of each change of a game version's row, and so of each change of its names. */
const VERSIONS_CHANNEL = 'game_versions';

const choiceKey = ({ fileName }: ExportedFile, { namespaces, documentation }: ExportChoice) =>
  [fileName, namespaces.join('-'), documentation ? 'doc' : 'nodoc'].join(' ');

/**
 * Makes exported files and keeps them for as long as nothing has changed: what was asked for before costs no statement. One that is
 * asked for by many at once is made once.
 */
export class Exports {
  private readonly kept = new Kept<BuiltExport>(KEPT, ({ bytes }) => bytes.length);
  /** By their texts. What was looked up before a change of a version is kept in the list of before, which nobody reads any more. */
  private readonly targets: Remembered<Lru<NameTarget>>;
  private readonly limit = pLimit(AT_ONCE);

  constructor(
    private readonly db: Database,
    private readonly models: ReadModels,
    private readonly log: Logger,
  ) {
    this.targets = new Remembered(db, VERSIONS_CHANNEL, async () => new Lru(TARGETS));
  }

  /** What a target's text stands for now. @throws AppError NOT_FOUND */
  async target(text: string): Promise<NameTarget> {
    const targets = await this.targets.get();
    const known = targets.get(text);
    if (known !== undefined) return known;
    const found = await findTarget(this.db, text);
    targets.set(text, found);
    return found;
  }

  /** A file of a target. @throws AppError NOT_FOUND; RATE_LIMITED where too many are being made */
  file(target: NameTarget, file: ExportedFile, choice: ExportChoice): Promise<BuiltExport> {
    return this.kept.get(`${target.key} ${choiceKey(file, choice)}`, async () => {
      if (this.limit.pendingCount >= WAITING) {
        throw new AppError('RATE_LIMITED', 'Too many files are being made just now. Ask again in a minute.');
      }
      return this.limit(
        async () =>
          (await exportFromMemory(this.models, target, file, choice)) ??
          buildExport(this.db, target.text, file, choice),
      );
    });
  }

  /** Looks at the versions anew: this process has written, or has heard that another one did. */
  forget(): void {
    this.targets.forget();
  }

  async close(): Promise<void> {
    try {
      await this.targets.close();
    } catch (error) {
      this.log.error({ err: error }, 'exports');
    }
  }
}
