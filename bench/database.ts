import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate, openDatabase, type Database } from '../src/db/index.js';

/** The databases of this run, on a server that they are made on and removed from. */
export class BenchServer {
  private readonly prefix = `mcp_bench_${randomBytes(4).toString('hex')}`;
  private readonly made = new Set<string>();

  private constructor(
    private readonly admin: pg.Client,
    private readonly adminUrl: string,
    /** "15.20" */
    readonly serverVersion: string,
  ) {}

  static async connect(adminUrl: string): Promise<BenchServer> {
    const admin = new pg.Client({ connectionString: adminUrl });
    await admin.connect();
    const { rows } = await admin.query<{ server_version: string }>('SHOW server_version');
    const server = new BenchServer(admin, adminUrl, rows[0]!.server_version.split(' ')[0]!);
    await server.makeTemplate();
    return server;
  }

  private async makeTemplate(): Promise<void> {
    await this.create('template', '');
    const db = await openDatabase({ databaseUrl: this.url('template') });
    try {
      await migrate(db);
    } finally {
      await db.close();
    }
  }

  private async create(name: string, template: string): Promise<void> {
    await this.admin.query(`CREATE DATABASE ${this.prefix}_${name} ${template}`);
    this.made.add(name);
  }

  /** A migrated database without a version. */
  async database(name: string): Promise<string> {
    await this.create(name, `TEMPLATE ${this.prefix}_template`);
    return this.url(name);
  }

  /** Its address; `application` tells the connections of one process apart. */
  url(name: string, application?: string): string {
    const url = Object.assign(new URL(this.adminUrl), { pathname: `/${this.prefix}_${name}` });
    if (application !== undefined) url.searchParams.set('application_name', application);
    return url.href;
  }

  /** The process ids of the connections of one application, where they run on this machine. */
  async backends(application: string): Promise<number[]> {
    const { rows } = await this.admin.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND datname LIKE $2`,
      [application, `${this.prefix}%`],
    );
    return rows.map(({ pid }) => pid);
  }

  async drop(name: string): Promise<void> {
    await this.admin.query(`DROP DATABASE IF EXISTS ${this.prefix}_${name} WITH (FORCE)`);
    this.made.delete(name);
  }

  async close(): Promise<void> {
    for (const name of this.made) await this.drop(name);
    await this.admin.end();
  }
}

/** Runs `work` on an open database of the service. */
export async function withDatabase<T>(url: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase({ databaseUrl: url });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
