import type { Logger } from 'pino';
import pLimit from 'p-limit';
import type { Database } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { Lru } from '../../shared/lru.js';
import { findTarget, type NameTarget } from '../name-sets/target.js';
import { buildExport, type BuiltExport } from './build-export.js';
import type { ExportChoice } from './export-text.js';
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
  private readonly kept = new Lru<BuiltExport>(KEPT, ({ bytes }) => bytes.length);
  private readonly targets = new Lru<NameTarget>(TARGETS);
  private readonly making = new Map<string, Promise<BuiltExport>>();
  private readonly limit = pLimit(AT_ONCE);
  private listening: Promise<() => Promise<void>> | null = null;
  /** Grows when whatever is known of versions may have become wrong. */
  private epoch = 0;

  constructor(
    private readonly db: Database,
    private readonly log: Logger,
  ) {}

  /** What a target's text stands for now. @throws AppError NOT_FOUND */
  async target(text: string): Promise<NameTarget> {
    const known = this.targets.get(text);
    if (known !== undefined) return known;
    await this.listen();
    const { epoch } = this;
    const found = await findTarget(this.db, text);
    // What was heard of meanwhile may be newer than what was read.
    if (epoch === this.epoch) this.targets.set(text, found);
    return found;
  }

  /** A file of a target. @throws AppError NOT_FOUND; RATE_LIMITED where too many are being made */
  async file(target: NameTarget, file: ExportedFile, choice: ExportChoice): Promise<BuiltExport> {
    const wanted = choiceKey(file, choice);
    const place = `${target.key} ${wanted}`;
    const kept = this.kept.get(place);
    if (kept !== undefined) return kept;
    let making = this.making.get(place);
    if (making === undefined) {
      if (this.limit.pendingCount >= WAITING) {
        throw new AppError('RATE_LIMITED', 'Too many files are being made just now. Ask again in a minute.');
      }
      making = this.limit(() => buildExport(this.db, target.text, file, choice)).finally(() =>
        this.making.delete(place),
      );
      this.making.set(place, making);
    }
    const built = await making;
    this.kept.set(`${built.targetKey} ${wanted}`, built);
    return built;
  }

  private listen(): Promise<unknown> {
    return (this.listening ??= this.db
      .listen(VERSIONS_CHANNEL, () => this.forget())
      .catch((error: unknown) => {
        // The next one tries again.
        this.listening = null;
        throw error;
      }));
  }

  /** Looks at the versions anew: this process has written, or has heard that another one did. */
  forget(): void {
    this.epoch += 1;
    this.targets.clear();
  }

  async close(): Promise<void> {
    try {
      await (
        await this.listening
      )?.();
    } catch (error) {
      this.log.error({ err: error }, 'exports');
    }
  }
}
