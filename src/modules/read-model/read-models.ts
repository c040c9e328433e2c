import type { Logger } from 'pino';
import type { Database } from '../../db/database.js';
import { after, type Soon } from '../../shared/soon.js';
import { versionAmong } from '../versions/versions.service.js';
import { allVersions, type GameVersionRow } from '../versions/versions.store.js';
import { HeldChanges } from './held-changes.js';
import { loadModel } from './load-model.js';
import { countEntries, marksOf, renamedSince, versionStates, type VersionState } from './load.store.js';
import type { VersionModel } from './version-model.js';

/** The channel on which every process hears of changes of a version. */
const CHANNEL = 'game_versions';

/** Entries that are read anew one by one; where more have changed, all are. */
const FEW = 5_000;
/** A model in which so many have been named anew is made anew, without what it remembers of old names. */
const WORN = 50_000;

/** About what an entry takes with its declarations and indexes, in bytes: to tell whether a version has room before it is read. */
const ENTRY_BYTES = 500;

/** Milliseconds for which a version that was asked for keeps its room, and one that has none waits before it tries again. */
const IN_USE = 60_000;

const TRIES = 3;

/** Of all bytes, what changes may take. */
const CHANGES_SHARE = 1 / 8;

interface Held {
  model: VersionModel;
  usedAt: number;
}

export interface ReadModelOptions {
  /** Bytes that all of it may take; where it is 0 or not given there are none, and the database is asked for everything. */
  budget?: number;
  log?: Logger;
}

/** What is held, for metrics. */
export interface ReadModelStatus {
  versions: number;
  bytes: number;
  loads: number;
}

/**
 * Versions in memory, as they stand now. What this process or another changes puts all of it in doubt, until the heads were compared
 * with those of the database: one small statement, sent with the next question. So nobody is answered with less than they have done
 * themselves, and nobody anywhere with what others could no longer see a moment ago.
 */
export class ReadModels {
  private readonly held = new Map<number, Held>();
  private states: VersionState[] = [];
  private doubts = 1;
  private compared = 0;
  private comparing: Promise<void> | null = null;
  /** False while nobody would tell this process of changes: then each question compares. */
  private hears = false;
  private listening: Promise<() => Promise<void>> | null = null;
  /** When to try again, after it could not listen. */
  private listensAt = 0;
  private readonly wanted = new Set<number>();
  private readonly waits = new Map<number, number>();
  private loading: Promise<void> | null = null;
  private loads = 0;
  private readonly closing = new AbortController();

  private readonly budget: number;
  private readonly log: Logger | undefined;
  private readonly heldChanges: HeldChanges;

  constructor(
    readonly db: Database,
    { budget = 0, log }: ReadModelOptions = {},
  ) {
    this.heldChanges = new HeldChanges(budget * CHANGES_SHARE);
    this.budget = budget * (1 - CHANGES_SHARE);
    this.log = log;
  }

  get status(): ReadModelStatus {
    return { versions: this.held.size, bytes: this.bytes + this.heldChanges.bytes, loads: this.loads };
  }

  /** Something may have changed: from here on nothing is answered from memory before it was compared. */
  doubt(): void {
    this.doubts += 1;
  }

  /** All versions, newest first. */
  versions(): Soon<readonly GameVersionRow[]> {
    if (this.budget === 0) return allVersions(this.db);
    return this.isSure ? this.states : this.sure().then(() => this.states);
  }

  /** The version of that name, or the current one where none is given. @throws AppError NOT_FOUND naming what there is */
  version(name: string | null | undefined): Soon<GameVersionRow> {
    return after(this.versions(), (versions) => versionAmong(versions, name));
  }

  /** The model of a version where it is at hand and in no doubt; else null, and it will be at hand before long. */
  model(versionId: number): VersionModel | null {
    if (!this.isSure) return null;
    const held = this.held.get(versionId);
    if (held === undefined) {
      this.want(versionId);
      return null;
    }
    held.usedAt = Date.now();
    return held.model;
  }

  /** The changes in memory, where they are in no doubt or can be compared; else null. */
  changes(): Soon<HeldChanges | null> {
    return this.budget === 0 || this.isSure ? this.changesAtHand : this.sure().then(() => this.changesAtHand);
  }

  /** The changes in memory, where they are in no doubt; else null. */
  get changesAtHand(): HeldChanges | null {
    return this.isSure ? this.heldChanges : null;
  }

  /** Reads the current version into memory before anybody asks for it. */
  async warmUp(): Promise<void> {
    const current = (await this.versions()).find(({ isCurrent }) => isCurrent);
    if (current !== undefined) this.want(current.id);
    await this.loading;
  }

  /** Waits until whatever is wanted by now is in memory. */
  async settled(): Promise<void> {
    while (this.loading !== null) await this.loading;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.loading;
    await (
      await this.listening?.catch(() => null)
    )?.();
  }

  private get isSure(): boolean {
    return this.hears && this.compared === this.doubts;
  }

  private get bytes(): number {
    let bytes = 0;
    for (const { model } of this.held.values()) bytes += model.bytes;
    return bytes;
  }

  /** Compares until everything is known that was in doubt when it was called. */
  private async sure(): Promise<void> {
    const { doubts } = this;
    do await (this.comparing ??= this.compare().finally(() => (this.comparing = null)));
    while (this.compared < doubts);
  }

  private async compare(): Promise<void> {
    await this.listen();
    const { doubts } = this;
    const states = await versionStates(this.db);
    for (const [id, { model }] of this.held) {
      const state = states.find((version) => version.id === id);
      if (state !== undefined && (await this.isCurrent(model, state))) continue;
      this.held.delete(id);
      if (state !== undefined) this.want(id);
    }
    if (states[0] !== undefined) await this.heldChanges.bringUpTo(this.db, states[0]);
    this.states = states;
    this.compared = doubts;
  }

  /** Brings a model up to a state of its version. @returns whether that could be done by reading a few entries */
  private async isCurrent(model: VersionModel, state: VersionState): Promise<boolean> {
    if (model.marks.origin !== state.origin || model.renamed > WORN) return false;
    if (model.marks.head >= state.head) return true;
    const found = await renamedSince(this.db, state.id, model.marks, FEW);
    if (found === null || found.renamed.length === FEW || found.marks.origin !== model.marks.origin) return false;
    model.apply(found.renamed, found.marks);
    return true;
  }

  private listen(): Promise<unknown> {
    if (this.listening === null && Date.now() < this.listensAt) return Promise.resolve();
    return (this.listening ??= this.db.listen(
      CHANNEL,
      () => this.doubt(),
      (isUp) => {
        this.hears = isUp;
        this.doubt();
      },
    )).catch((error: unknown) => {
      this.listensAt = Date.now() + IN_USE;
      this.log?.warn({ err: error }, 'The read model does not hear of changes, and compares with each question.');
      this.listening = null;
    });
  }

  private want(versionId: number): void {
    if (this.closing.signal.aborted || Date.now() < (this.waits.get(versionId) ?? 0)) return;
    this.wanted.add(versionId);
    this.loading ??= this.loadWanted().finally(() => (this.loading = null));
  }

  private async loadWanted(): Promise<void> {
    for (const versionId of this.wanted) {
      try {
        await this.load(versionId);
      } catch (error) {
        if (this.closing.signal.aborted) return;
        this.waits.set(versionId, Date.now() + IN_USE);
        this.log?.error(
          { err: error, versionId },
          'A version could not be read into memory; the database answers for it.',
        );
      }
      this.wanted.delete(versionId);
    }
  }

  private async load(versionId: number): Promise<void> {
    if (!this.makeRoom((await countEntries(this.db, versionId)) * ENTRY_BYTES)) {
      this.waits.set(versionId, Date.now() + IN_USE);
      return;
    }
    for (let left = TRIES; left > 0; left--) {
      const state = (await versionStates(this.db)).find(({ id }) => id === versionId);
      if (state === undefined) return;
      const model = await loadModel(this.db, versionId, marksOf(state), this.closing.signal);
      if (!(await this.isBroughtIn(versionId, model))) continue;
      this.loads += 1;
      this.waits.delete(versionId);
      return;
    }
    this.waits.set(versionId, Date.now() + IN_USE);
  }

  /** Holds a model that was read while its version may have changed. @returns whether it could be brought up to date */
  private async isBroughtIn(versionId: number, model: VersionModel): Promise<boolean> {
    for (;;) {
      const state = (await versionStates(this.db)).find(({ id }) => id === versionId);
      if (state === undefined || !(await this.isCurrent(model, state))) return false;
      // What was compared meanwhile did not know this model.
      const known = this.states.find(({ id }) => id === versionId);
      if (known !== undefined && known.origin === model.marks.origin && known.head > model.marks.head) continue;
      if (!this.makeRoom(model.bytes)) this.waits.set(versionId, Date.now() + IN_USE);
      else this.held.set(versionId, { model, usedAt: Date.now() });
      return true;
    }
  }

  /** Lets the versions go that were not asked for lately, the longest unused first, until there is room. */
  private makeRoom(bytes: number): boolean {
    const idle = [...this.held]
      .filter(([, { usedAt }]) => usedAt + IN_USE <= Date.now())
      .sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [id] of idle) {
      if (this.bytes + bytes <= this.budget) break;
      this.held.delete(id);
    }
    return this.bytes + bytes <= this.budget;
  }
}
