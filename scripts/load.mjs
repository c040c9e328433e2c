// dist/load.js: runs dist/service.cjs, with what V8 has compiled of it at the build.
import { readFileSync } from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';

const FILE = fileURLToPath(new URL('./service.cjs', import.meta.url));

/** Where V8's compiled code is kept. What another version of V8 has compiled is refused by it, and then compiled anew. */
export const COMPILED = `${FILE}.compiled`;

function compiled() {
  try {
    return readFileSync(COMPILED);
  } catch {
    return undefined;
  }
}

/** Stack traces by the lines of the sources. Node's own way reads all maps at the start; this one when the first trace is looked at. */
function mapStackTraces() {
  let map;
  const place = (frame) => {
    if (frame.getFileName() !== FILE) return String(frame);
    map ??= new SourceMap(JSON.parse(readFileSync(`${FILE}.map`, 'utf8')));
    const [line, column] = [frame.getLineNumber() - 1, frame.getColumnNumber() - 1];
    const { originalSource, originalLine, originalColumn } = map.findEntry(line, column);
    if (!originalSource) return String(frame);
    const source = new URL(originalSource, pathToFileURL(FILE)).href;
    return String(frame).replace(/[^\s(]*service\.cjs:\d+:\d+/, `${source}:${originalLine + 1}:${originalColumn + 1}`);
  };
  Error.prepareStackTrace = (error, frames) => {
    const head = Error.prototype.toString.call(error);
    return [head, ...frames.map((frame) => `    at ${place(frame)}`)].join('\n');
  };
}

/** Starts the entry of this name. @returns the script, whose compiled code can be kept */
export function load(name) {
  mapStackTraces();
  // What V8 takes from Node 22 on. That of Node 20 optimizes most of PGlite's start, on all cores: half a second of work for nothing.
  setFlagsFromString('--wasm-tiering-budget=13000000');
  // The file is ASCII, which takes half the memory in this encoding.
  const script = new vm.Script(readFileSync(FILE, 'latin1'), {
    filename: FILE,
    cachedData: compiled(),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(FILE), module, FILE, dirname(FILE));
  module.exports[name]();
  return script;
}
