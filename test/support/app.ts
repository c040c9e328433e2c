import { PassThrough } from 'node:stream';
import { createApp, type App, type AppInput } from '../../src/app/create-app.js';
import { createLogger } from '../../src/app/logger.js';
import type { AuthenticationStrategy } from '../../src/auth/authenticate.js';
import type { RoleName } from '../../src/auth/permissions.js';
import type { Database } from '../../src/db/index.js';
import { actorWith } from './actors.js';
import { openTestAuth } from './auth.js';
import { injectIntoServer } from './inject.js';
import { libraryNodes, libraryResolvers, newLibrary, type Library } from './library.js';

/** Signs in whoever sends `Test <id> <role>,<role>`. */
const testStrategy: AuthenticationStrategy = {
  name: 'test',
  async authenticate({ headers }) {
    const [scheme, id, roles = ''] = String(headers.authorization ?? '').split(' ');
    if (scheme !== 'Test') return 'NOT_MINE';
    if (!id) return { refused: 'This test credential names nobody.' };
    return { actor: actorWith(roles.split(',').filter(Boolean) as RoleName[], { id }) };
  },
};

export const as = (id: string, ...roles: RoleName[]) => ({ authorization: `Test ${id} ${roles.join(',')}` });

/** Enough of a database for an application that asks it nothing. */
export const idleDatabase = (query: Database['query'] = async () => []): Database =>
  ({ kind: 'embedded', statementCount: 42, query, close: async () => undefined }) as unknown as Database;

export interface GraphqlAnswer {
  status: number;
  headers: Record<string, string | string[] | number | undefined>;
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
  extensions?: { cost?: { requested: number; limit: number } };
  text: string;
}

export interface TestApp extends App {
  library: Library;
  /** Everything that was logged so far. */
  log(): string;
  post(body: object | string, headers?: Record<string, string>): Promise<GraphqlAnswer>;
  query(query: string, options?: { variables?: object; headers?: Record<string, string> }): Promise<GraphqlAnswer>;
}

/** The application over the invented library, with the HTTP of the real one. */
export async function openLibraryApp(input: Partial<AppInput> = {}): Promise<TestApp> {
  const library = newLibrary();
  const stream = new PassThrough();
  let logged = '';
  stream.on('data', (chunk: Buffer) => (logged += chunk.toString()));
  const db = input.db ?? idleDatabase();
  const app = await createApp({
    db,
    log: createLogger({ level: 'trace', stream }),
    auth: await openTestAuth(db),
    publicUrl: 'http://localhost:4000',
    strategies: [testStrategy],
    modules: [() => ({ resolvers: libraryResolvers(), nodes: libraryNodes })],
    publicMutations: ['ring'],
    ...input,
  });
  // Loading it takes as long here as some of the limits that are tested.
  await app.graphql.pipeline();
  injectIntoServer(app.http);
  const post: TestApp['post'] = async (payload, headers = {}) => {
    const {
      statusCode,
      headers: answered,
      body,
    } = await app.http.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json', ...headers },
      payload,
    });
    return { status: statusCode, headers: answered, text: body, ...(JSON.parse(body) as object) };
  };
  return {
    ...app,
    library,
    log: () => logged,
    post,
    query: (query, { variables, headers } = {}) => post({ query, variables }, headers),
  };
}

export const codesOf = ({ errors = [] }: GraphqlAnswer) => errors.map(({ extensions }) => extensions['code']);
