import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import { parse, type DocumentNode } from 'graphql';
import { AppError } from '../shared/errors.js';
import { checkLength, checkShape, LIMITS } from './limits.js';
import { Lru } from '../shared/lru.js';

type DocumentStore = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>;

/** Characters of source text behind the documents that are kept parsed and validated. */
const STORED_SOURCE = 512 * 1024;

/** A valid document that stands in for one that is refused; its operation is never run. */
const REFUSED = parse('{ __typename }');

const HASH_LENGTH = 64;

/**
 * The documents that Apollo has parsed and validated, and before that the gate that keeps oversized ones away from
 * both: Apollo has no hook between them that may refuse, so the store, which it asks first, hands out a stand-in.
 */
export class Documents {
  private readonly valid = new Lru<DocumentNode>(STORED_SOURCE, ({ loc }) => loc?.source.body.length ?? 1_000);
  private readonly refused = new Lru<AppError>(1_000);

  /**
   * Checks a document by its source text, once for each text.
   * @returns why it is refused; null where Apollo may have it, to find what else is wrong with it
   */
  check(hash: string, source: string): AppError | null {
    if (this.valid.has(hash)) return null;
    const known = this.refused.get(hash);
    if (known) return known;
    try {
      checkLength(source);
      checkShape(parse(source, { maxTokens: LIMITS.tokens, noLocation: true }));
    } catch (error) {
      // A document that does not parse is Apollo's to refuse.
      if (!(error instanceof AppError)) return null;
      this.refused.set(hash, error);
      return error;
    }
    return null;
  }

  /** For Apollo Server's option of the same name. The key of a document ends in the hash of its text. */
  readonly store: DocumentStore = {
    get: async (key) => {
      const hash = key.slice(-HASH_LENGTH);
      return this.refused.has(hash) ? REFUSED : this.valid.get(hash);
    },
    set: async (key, document) => this.valid.set(key.slice(-HASH_LENGTH), document),
    delete: async (key) => this.valid.delete(key.slice(-HASH_LENGTH)),
  };
}
