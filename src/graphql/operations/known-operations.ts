import { OperationTypeNode, type GraphQLSchema } from 'graphql';
import { Lru } from '../../shared/lru.js';
import { LIMITS } from '../limits.js';
import { liftLiterals, type Literal } from './lift-literals.js';
import { PreparedOperation } from './prepared-operation.js';
import { liftDocument, readDocument } from './read-document.js';

/** A prepared operation, or why there is none: `EXACT` is a skeleton that no other document may share, `PIPELINE` is not prepared at all. */
type Entry = PreparedOperation | 'EXACT' | 'PIPELINE';

/** Characters of the documents behind what is kept: of those that came more than once, and of those that came once. */
const KEPT = 512 * 1024;
const ON_TRIAL = 128 * 1024;

/** What an entry weighs besides its text: its document and plan take some twenty kilobytes. */
const OVERHEAD = 500;

/** An operation that was found, with what stood in its document. */
export interface FoundOperation {
  operation: PreparedOperation;
  literals: readonly Literal[];
}

const NO_LITERALS: readonly Literal[] = [];

/**
 * The operations that are prepared, by the texts of their documents; those that differ in their literals alone are one. What comes
 * once takes no place from what is asked again and again: a flood of documents passes through a space of its own.
 */
export class KnownOperations {
  /** Documents that were read. */
  prepared = 0;
  private readonly kept = new Lru<{ entry: Entry; weight: number }>(KEPT, ({ weight }) => weight);
  private readonly onTrial = new Lru<{ entry: Entry; weight: number }>(ON_TRIAL, ({ weight }) => weight);

  /** @param once mutations of which one operation may have one */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly once: readonly string[],
  ) {}

  /** @returns null for what the pipeline has to read: what is not valid, too large, a subscription, or several operations in one */
  find(source: string): FoundOperation | null {
    if (source.length > LIMITS.documentLength) return null;
    const known = this.get(source);
    if (known) return found(known, NO_LITERALS);
    const lifted = liftLiterals(source);
    if (lifted) {
      const { skeleton, literals } = lifted;
      // Starts with what no document starts with: a document may be the skeleton of others.
      const key = `=${skeleton}`;
      const shared = this.get(key) ?? this.add(key, this.prepareLifted(skeleton, literals.length));
      if (shared !== 'EXACT') return found(shared, literals);
    }
    return found(this.add(source, this.prepare(source)), NO_LITERALS);
  }

  private prepareLifted(skeleton: string, count: number): Entry {
    const read = liftDocument(this.schema, skeleton, count);
    return read ? new PreparedOperation(this.schema, read, read.lifted, this.once) : 'EXACT';
  }

  private prepare(source: string): Entry {
    const read = readDocument(this.schema, source);
    if (!read || read.operation.operation === OperationTypeNode.SUBSCRIPTION) return 'PIPELINE';
    return new PreparedOperation(this.schema, read, [], this.once);
  }

  private get(key: string): Entry | undefined {
    const kept = this.kept.get(key);
    if (kept) return kept.entry;
    const once = this.onTrial.get(key);
    if (!once) return undefined;
    this.onTrial.delete(key);
    this.kept.set(key, once);
    return once.entry;
  }

  private add(key: string, entry: Entry): Entry {
    this.prepared += 1;
    this.onTrial.set(key, { entry, weight: key.length + OVERHEAD });
    return entry;
  }
}

const found = (entry: Entry, literals: readonly Literal[]): FoundOperation | null =>
  typeof entry === 'string' ? null : { operation: entry, literals };
