// Puts the service and its libraries into one file, dist/service.cjs: to find and read 2,000 modules takes longer than all else at
// a start. docs/decisions/0011-start.md says more.
import { build } from 'esbuild';
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What stays in node_modules: files of its own beside its code, native code, or megabytes for what is rarely or not asked for. */
const EXTERNAL = [
  '@electric-sql/pglite',
  '@node-rs/argon2',
  '@prisma/schema-engine-wasm',
  '*.wasm-base64.mjs',
  '@simplewebauthn/server',
  '@zxcvbn-ts/core',
  '@zxcvbn-ts/language-common',
  'irc-framework',
  'redis',
  // Optional parts of libraries, which nobody installs.
  'class-validator',
  'pg-native',
];

const ENTRIES = { 'main.js': 'src/main.ts', 'cli/main.js': 'src/cli/main.ts', 'irc/main.js': 'src/irc/main.ts' };

/** Libraries that our code takes by `require` are part of the file too, or they would bring their own copy of graphql. */
const required = {
  name: 'required',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('createRequire(import.meta.url)(', 'require('),
      loader: 'ts',
    }));
  },
};

/** Stack traces name our own sources; of libraries they name the line in the file, and the map stays small. */
const unmapped = {
  name: 'unmapped',
  setup({ onLoad }) {
    const nothing = Buffer.from('{"version":3,"sources":[""],"mappings":"A"}').toString('base64');
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, ({ path }) => ({
      contents: `${readFileSync(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${nothing}`,
    }));
  },
};

rmSync('dist', { recursive: true, force: true });
await build({
  stdin: {
    contents: Object.entries(ENTRIES)
      .map(([name, source]) => `module.exports[${JSON.stringify(name)}] = () => import('./${source}');`)
      .join('\n'),
    resolveDir: '.',
  },
  outfile: 'dist/service.cjs',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  // `import()` of what stays outside becomes `require`: V8's compiled code forgets who is to import.
  supported: { 'dynamic-import': false },
  // Class names are names of GraphQL types and of errors.
  keepNames: true,
  sourcemap: 'external',
  sourcesContent: false,
  define: { 'import.meta.url': '__address' },
  banner: {
    js: "(function (exports, require, module, __filename, __dirname) { const __address = require('node:url').pathToFileURL(__filename).href;",
  },
  footer: { js: '})' },
  external: EXTERNAL,
  plugins: [required, unmapped],
  logLevel: 'error',
});

// esbuild gives every function its name when it is made: closures of a request too, each of which costs as much as the rest of it.
// Only what was renamed and can be a class needs that.
const NAMED = 'var __name = (target, value) => __defProp(target, "name", { value, configurable: true });';
const WHERE_NEEDED =
  'var __name = (target, value) => target.name === value || target.prototype === undefined ? target : __defProp(target, "name", { value, configurable: true });';
const text = readFileSync('dist/service.cjs', 'utf8');
if (text.split(NAMED).length !== 2) throw new Error('esbuild names functions in another way: see scripts/bundle.mjs.');
writeFileSync('dist/service.cjs', text.replace(NAMED, WHERE_NEEDED));
copyFileSync('scripts/load.mjs', 'dist/load.js');
for (const name of Object.keys(ENTRIES)) {
  const up = name.includes('/') ? '../' : './';
  mkdirSync(fileURLToPath(new URL('.', new URL(`../dist/${name}`, import.meta.url))), { recursive: true });
  writeFileSync(`dist/${name}`, `import { load } from '${up}load.js';\n\nload('${name}');\n`);
}
// In a process of its own: it starts the service.
spawnSync(process.execPath, ['scripts/compile.mjs'], { stdio: 'inherit', env: { PATH: process.env.PATH } });
