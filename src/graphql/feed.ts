import { AppError } from '../shared/errors.js';

/** Events that wait for one subscriber. */
const CAPACITY = 1_000;

const tooSlow = () =>
  new AppError(
    'TOO_EXPENSIVE',
    'This subscription fell too far behind and was ended. Read what you missed, then subscribe again.',
  );

const DONE = { done: true, value: undefined } as const;

interface Waiting<Event> {
  resolve: (result: IteratorResult<Event, undefined>) => void;
  reject: (error: Error) => void;
}

/**
 * Hands events of this process to whoever subscribes: what a subscription field returns from `subscribe`. Hand out the iterator
 * itself; a generator around it could not be ended while it waits for the next event.
 */
export class Feed<Event> {
  private readonly subscribers = new Set<Subscriber<Event>>();

  /** @param capacity how many events wait for a subscriber before it is ended as too slow */
  constructor(private readonly capacity = CAPACITY) {}

  /** How many subscribe. */
  get size(): number {
    return this.subscribers.size;
  }

  publish(event: Event): void {
    for (const subscriber of [...this.subscribers]) subscriber.push(event);
  }

  /**
   * The events from now on, each as often as there are subscribers: none waits for another. `next` fails with an AppError
   * TOO_EXPENSIVE where too many wait, and with what `filter` throws; the iterator is done after that.
   * @param filter which events are wanted
   */
  subscribe(filter: (event: Event) => boolean = () => true): AsyncIterableIterator<Event> {
    const subscriber = new Subscriber(filter, this.capacity, () => void this.subscribers.delete(subscriber));
    this.subscribers.add(subscriber);
    return subscriber;
  }
}

class Subscriber<Event> implements AsyncIterableIterator<Event, undefined> {
  private events: Event[] = [];
  private waiting: Waiting<Event>[] = [];
  private isDone = false;
  /** Why it ended, until somebody was told. */
  private failure: Error | null = null;

  constructor(
    private readonly filter: (event: Event) => boolean,
    private readonly capacity: number,
    private readonly leave: () => void,
  ) {}

  push(event: Event): void {
    try {
      if (this.isDone || !this.filter(event)) return;
    } catch (error) {
      return this.fail(
        error instanceof Error ? error : new Error('A filter threw something that is no Error.', { cause: error }),
      );
    }
    const next = this.waiting.shift();
    if (next) return next.resolve({ done: false, value: event });
    if (this.events.length >= this.capacity) return this.fail(tooSlow());
    this.events.push(event);
  }

  async next(): Promise<IteratorResult<Event, undefined>> {
    if (this.events.length > 0) return { done: false, value: this.events.shift()! };
    if (this.failure) {
      const { failure } = this;
      this.failure = null;
      throw failure;
    }
    if (this.isDone) return DONE;
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  async return(): Promise<IteratorResult<Event, undefined>> {
    this.end();
    return DONE;
  }

  async throw(error: Error): Promise<IteratorResult<Event, undefined>> {
    this.end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private end(): void {
    this.isDone = true;
    this.leave();
    this.events = [];
    this.failure = null;
    for (const { resolve } of this.waiting.splice(0)) resolve(DONE);
  }

  /** Told to the one who waits first; the others find that it is done. */
  private fail(failure: Error): void {
    const first = this.waiting.shift();
    this.end();
    if (first) first.reject(failure);
    else this.failure = failure;
  }
}

/** Calls `end` once when an iterator is done, whoever ends it. */
export function onEnd<Event>(events: AsyncIterableIterator<Event>, end: () => void): AsyncIterableIterator<Event> {
  const ending = async (result: Promise<IteratorResult<Event>>) => {
    try {
      const answer = await result;
      if (answer.done) end();
      return answer;
    } catch (error) {
      end();
      throw error;
    }
  };
  return {
    next: () => ending(events.next()),
    return: (value) => ending(events.return!(value)),
    throw: (error) => ending(events.throw!(error)),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
