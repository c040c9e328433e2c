import { WebSocket } from 'ws';
import { freePort } from './processes.js';

/** What a process holds once its garbage is gone, in MB. */
export interface HeldMemory {
  /** Of JavaScript, with buffers. */
  heap: number;
  /** Of the process. */
  resident: number;
}

/** Looks into a node process from outside, through its inspector. */
export class HeapReader {
  private readonly answers = new Map<number, (result: unknown) => void>();
  private sent = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (bytes: Buffer) => {
      const { id, result } = JSON.parse(bytes.toString()) as { id?: number; result?: unknown };
      if (id === undefined) return;
      this.answers.get(id)?.(result);
      this.answers.delete(id);
    });
  }

  /** A port for the inspector, and what node takes to listen there. */
  static async options(): Promise<{ port: number; nodeOptions: string[] }> {
    const port = await freePort();
    return { port, nodeOptions: [`--inspect=127.0.0.1:${port}`, '--inspect-publish-uid=http'] };
  }

  static async connect(port: number): Promise<HeapReader> {
    const response = await fetch(`http://127.0.0.1:${port}/json/list`);
    const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
    const socket = new WebSocket(target!.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new HeapReader(socket);
  }

  /** Collects garbage, and then measures. */
  async held(): Promise<HeldMemory> {
    // Twice: what is freed by a first pass may have held more.
    for (let i = 0; i < 2; i += 1) await this.call('HeapProfiler.collectGarbage');
    const expression = 'JSON.stringify(process.memoryUsage())';
    const { result } = (await this.call('Runtime.evaluate', { expression })) as { result: { value: string } };
    const { heapUsed, external, rss } = JSON.parse(result.value) as NodeJS.MemoryUsage;
    return { heap: (heapUsed + external) / 1e6, resident: rss / 1e6 };
  }

  close(): void {
    this.socket.close();
  }

  private call(method: string, params: object = {}): Promise<unknown> {
    this.sent += 1;
    const id = this.sent;
    return new Promise((resolve) => {
      this.answers.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }
}
