import { HISTORY_CHANNEL } from '../history/history.store.js';
import { RELEASES_CHANNEL } from '../releases/release-tail.js';
import { inTime } from '../../shared/in-time.js';
import { deliverNext, type DeliveryServices } from './delivery.js';

/** Deliveries at once in one process. */
const LANES = 8;

/** How often due webhooks are looked for where nothing is heard, in milliseconds. */
const INTERVAL = 30_000;

/** Milliseconds. */
export interface DeliveryTimes {
  /** How long what follows is gathered once history has grown. */
  gathering: number;
  /** How long running calls may go on when the process stops. */
  patience: number;
}

const TIMES: DeliveryTimes = { gathering: 1_000, patience: 5_000 };

/** Delivers to every webhook that is due, several at once; who finds work calls for help. */
class Deliverer {
  private readonly lanes = new Set<Promise<void>>();
  private readonly stop = new AbortController();
  private isEnding = false;
  /** Whether something may have come up that no lane has looked for. */
  private isCalled = false;

  constructor(private readonly services: DeliveryServices) {}

  /** Looks for due webhooks, now or as soon as a lane is free. */
  wake(): void {
    if (this.isEnding) return;
    if (this.lanes.size >= LANES) {
      this.isCalled = true;
      return;
    }
    const lane = this.work().finally(() => {
      this.lanes.delete(lane);
      if (!this.isCalled) return;
      this.isCalled = false;
      this.wake();
    });
    this.lanes.add(lane);
  }

  /** When nothing is left to do. */
  async idle(): Promise<void> {
    while (this.lanes.size > 0) await Promise.all(this.lanes);
  }

  /** Lets running calls end, for a while; those that do not are made again later. */
  async end(patience: number): Promise<void> {
    this.isEnding = true;
    if ((await inTime(this.idle(), patience)) !== 'LATE') return;
    this.stop.abort();
    await this.idle();
  }

  private async work(): Promise<void> {
    try {
      while (!this.isEnding && (await deliverNext(this.services, this.stop.signal, () => this.wake())));
    } catch (error) {
      // Its claim ends by itself.
      this.services.log.error({ err: error }, 'webhooks');
    }
  }
}

/** Delivers what is due, until nothing is. */
export async function deliverDue(services: DeliveryServices): Promise<void> {
  const deliverer = new Deliverer(services);
  deliverer.wake();
  await deliverer.idle();
}

/**
 * Delivers whenever history grows or a release is published, and looks every 30 seconds for what is to be tried again. Any number of processes may.
 * @returns stops it: before the database is closed
 */
export async function startDeliveries(
  services: DeliveryServices,
  { gathering: delay, patience }: DeliveryTimes = TIMES,
): Promise<() => Promise<void>> {
  const deliverer = new Deliverer(services);
  let gathering: NodeJS.Timeout | undefined;
  const gather = () => {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      deliverer.wake();
    }, delay).unref();
  };
  const unlisten = await Promise.all(
    [HISTORY_CHANNEL, RELEASES_CHANNEL].map((channel) => services.db.listen(channel, gather)),
  );
  const timer = setInterval(() => deliverer.wake(), INTERVAL).unref();
  // What is due from before: not ahead of the first requests.
  gather();
  return async () => {
    clearInterval(timer);
    clearTimeout(gathering);
    await Promise.all(unlisten.map((stop) => stop()));
    await deliverer.end(patience);
  };
}
