import { defineConfig } from 'vitest/config';

export default defineConfig({
  // One copy of graphql for type-graphql (CommonJS) and our ESM code: two copies refuse each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  // Legacy decorators without metadata, as in tsconfig.json.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: false } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A machine that others use too may be out of time for once: such a test has a second try. What a test found is found.
    ...(process.env.CI && { retry: { count: 1, condition: /timeout|timed out/i } }),
    pool: 'forks',
    // What V8 takes from Node 22 on. That of Node 20 optimizes most of PGlite for each file: an eighth of the suite's CPU time.
    execArgv: ['--wasm-tiering-budget=13000000'],
    maxWorkers: 2,
  },
});
