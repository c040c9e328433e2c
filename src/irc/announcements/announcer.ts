import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Logger } from 'pino';
import { redocuments } from '../answers/change.js';
import { KINDS } from '../answers/words.js';
import {
  ChangesCommittedForIrcDocument,
  ChangeStagedForIrcDocument,
  ReleasePublishedForIrcDocument,
  type ChangedForIrcFragment,
  type ChangesCommittedForIrcSubscription,
  type MappingKind,
} from '../generated/documents.js';
import { wrap } from '../network/text.js';
import type { Service } from '../service/service.js';
import { Channels, TOPICS, type Topic } from './channels.js';
import { follow } from './follow.js';
import { Gatherer, type Deed } from './gatherer.js';
import { deedLine, releaseLine } from './lines.js';

export interface AnnouncerInput {
  service: Service;
  /** Where it is kept which channels are told of what. */
  file: string;
  log: Logger;
  say(network: string, channel: string, line: string): void;
}

/** Tells channels of what is proposed, committed and published, gathered so that a batch is one line. */
export class Announcer {
  readonly channels: Channels;
  private readonly gatherer = new Gatherer((deed) => this.announce(deed.topic, deed.version, deedLine(deed)));
  /** What ends the streams that are open. */
  private readonly streams = new Map<Topic, AbortController>();
  private readonly ways: Record<Topic, (signal: AbortSignal) => void> = {
    staged: (signal) => this.followStaged(signal),
    commits: (signal) => KINDS.forEach((kind) => this.followCommits(kind, signal)),
    releases: (signal) => this.followReleases(signal),
  };

  constructor(private readonly input: AnnouncerInput) {
    this.channels = new Channels(input.file, () => this.followWanted());
  }

  /** Begins to follow what channels want to be told of. @throws AppError that names the file where it can't be used */
  async start(): Promise<void> {
    await this.channels.open();
    this.followWanted();
  }

  /** Follows nothing any more; what is gathered and not told yet is forgotten. */
  stop(): void {
    for (const stream of this.streams.values()) stream.abort();
    this.streams.clear();
    this.gatherer.stop();
  }

  /** Opens the streams of the topics that some channel wants to be told of, and ends those that none does. */
  private followWanted(): void {
    for (const topic of TOPICS) {
      const stream = this.streams.get(topic);
      const isWanted = this.channels.isWanted(topic);
      if (isWanted && stream === undefined) {
        const opened = new AbortController();
        this.streams.set(topic, opened);
        this.ways[topic](opened.signal);
      } else if (!isWanted) {
        stream?.abort();
        this.streams.delete(topic);
      }
    }
  }

  private followStaged(signal: AbortSignal): void {
    this.follow(ChangeStagedForIrcDocument, {}, signal, ({ changeStaged }) => {
      const deed = proposed(changeStaged);
      this.gatherer.add(JSON.stringify([deed.topic, deed.version, deed.by, deed.via]), deed);
    });
  }

  private followCommits(kind: MappingKind, signal: AbortSignal): void {
    this.follow(ChangesCommittedForIrcDocument, { kind }, signal, ({ changesCommitted }) => {
      const deed = committed(changesCommitted, kind);
      const { decidedAt } = changesCommitted;
      this.gatherer.add(JSON.stringify([deed.topic, deed.version, deed.by, deed.via, decidedAt]), deed);
    });
  }

  private followReleases(signal: AbortSignal): void {
    this.follow(ReleasePublishedForIrcDocument, {}, signal, ({ releasePublished }) =>
      this.announce('releases', releasePublished.version.name, releaseLine(releasePublished)),
    );
  }

  private follow<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    signal: AbortSignal,
    onEvent: (data: Data) => void,
  ): void {
    const { service, log } = this.input;
    void follow({ open: (ended) => service.events(document, variables, ended), onEvent, signal, log });
  }

  private announce(topic: Topic, version: string, line: string): void {
    for (const { network, channel } of this.channels.toldOf(topic, version)) {
      for (const piece of wrap(line)) this.input.say(network, channel, piece);
    }
  }
}

/** A change as it is proposed; a name that comes with a comment counts as a name. */
function proposed(change: ChangedForIrcFragment): Deed {
  const { kind, version, author, via, oldName, newName } = change;
  return {
    topic: 'staged',
    version: version.name,
    by: author?.handle ?? null,
    via,
    what: oldName === newName && redocuments(change) ? 'comments' : 'names',
    counts: new Map([[kind, 1]]),
    example: change,
  };
}

/** The changes of one kind of a commit. */
function committed(commit: ChangesCommittedForIrcSubscription['changesCommitted'], kind: MappingKind): Deed {
  const { version, decidedBy, via, count, changes } = commit;
  return {
    topic: 'commits',
    version: version.name,
    by: decidedBy?.handle ?? null,
    via,
    what: 'changes',
    counts: new Map([[kind, count]]),
    example: changes.nodes[0]!,
  };
}
