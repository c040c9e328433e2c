import { isMethodDescriptor } from './descriptor.js';
import { FormatError, counted, quoted } from './format-error.js';
import type { ConstructorEntry, ExcFile, ExcMethod, ExceptionEntry } from './model.js';
import { isClassName, isFieldName, isMethodName } from './names.js';
import { parseSrgId } from './srg-id.js';
import { contentLines, decodeText, type TextLine } from './text-lines.js';

/** A file's lines with a way to refuse one of them. */
function* readLines(file: string, bytes: Buffer): Generator<[TextLine, (reason: string) => never]> {
  for (const line of contentLines(decodeText(file, bytes))) {
    yield [
      line,
      (reason) => {
        const hint = line.ended ? '' : ' (the last line, without a line end: the file may be cut)';
        throw new FormatError(file, line.number, reason + hint);
      },
    ];
  }
}

type Fail = (reason: string) => never;

function checkMethod(owner: string, method: string, descriptor: string, fail: Fail): void {
  if (!isClassName(owner)) fail(`${quoted(owner)} is not a class name`);
  if (!isMethodName(method)) fail(`${quoted(method)} is not a method name`);
  if (!isMethodDescriptor(descriptor)) fail(`${quoted(descriptor)} is not a method descriptor`);
}

function checkExceptions(exceptions: string[], fail: Fail): void {
  const bad = exceptions.find((name) => !isClassName(name));
  if (bad !== undefined) fail(`${quoted(bad)} is not the class name of an exception`);
}

/** A number of up to nine digits, or -1. */
const numberOf = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : -1);

/** Refuses a thing that comes a second time. */
function once(seen: Map<string | number, number>, key: string | number, what: string, line: number, fail: Fail): void {
  const first = seen.get(key);
  if (first !== undefined) fail(`${what} is there twice, first in line ${first}`);
  seen.set(key, line);
}

/** Reads MCPConfig's constructors.txt: `1005 net/minecraft/client/Minecraft$3 (Lnet/minecraft/client/Minecraft;)V`. @throws FormatError */
export function parseConstructors(file: string, bytes: Buffer): ConstructorEntry[] {
  const entries: ConstructorEntry[] = [];
  const seen = new Map<string | number, number>();
  for (const [line, fail] of readLines(file, bytes)) {
    const columns = line.text.split(' ');
    const [idText = '', owner = '', descriptor = ''] = columns;
    if (columns.length !== 3)
      fail(`${counted(columns.length, 'column')} where the format has 3: id, class, descriptor`);
    const id = numberOf(idText);
    if (id === -1) fail(`${quoted(idText)} is not a constructor's id`);
    checkMethod(owner, '<init>', descriptor, fail);
    once(seen, id, `constructor ${id}`, line.number, fail);
    once(seen, `${owner}${descriptor}`, `constructor ${quoted(owner + descriptor)}`, line.number, fail);
    entries.push({ line: line.number, id, owner, descriptor });
  }
  return entries;
}

/** Reads static_methods.txt: the SRG name of a static method a line. Each name once, in file order. @throws FormatError */
export function parseStaticMethods(file: string, bytes: Buffer): string[] {
  const names = new Set<string>();
  for (const [line, fail] of readLines(file, bytes)) {
    if (!isFieldName(line.text)) fail(`${quoted(line.text)} is not a method name`);
    names.add(line.text);
  }
  return [...names];
}

/** Reads MCPConfig's exceptions.txt: `class method descriptor exception…`, SRG names. @throws FormatError */
export function parseExceptions(file: string, bytes: Buffer): ExceptionEntry[] {
  const entries: ExceptionEntry[] = [];
  for (const [line, fail] of readLines(file, bytes)) {
    const [owner = '', method = '', descriptor = '', ...exceptions] = line.text.split(' ');
    if (exceptions.length === 0) {
      const found = counted(line.text.split(' ').length, 'column');
      fail(`${found} where the format has at least 4: class, method, descriptor, exceptions`);
    }
    checkMethod(owner, method, descriptor, fail);
    checkExceptions(exceptions, fail);
    entries.push({ line: line.number, owner, method, descriptor, exceptions });
  }
  return entries;
}

/**
 * Reads MCP's joined.exc (MCInjector): `#` comments, `max_constructor_index=46400`, `class=CL_00000199`,
 * `class.method(desc)ret=exception,…|parameter,…`. `-Access=` lines are read past. @throws FormatError
 */
export function parseExc(file: string, bytes: Buffer): ExcFile {
  const result: ExcFile = { maxConstructorIndex: null, classIndexes: [], methods: [], constructors: [] };
  const seen = new Map<string | number, number>();
  for (const [line, fail] of readLines(file, bytes)) {
    const equals = line.text.indexOf('=');
    if (equals === -1) fail('the line has no "="');
    const key = line.text.slice(0, equals);
    const value = line.text.slice(equals + 1);
    const bracket = key.indexOf('(');
    once(seen, key, quoted(key), line.number, fail);
    if (key === 'max_constructor_index') {
      const max = numberOf(value);
      if (max === -1) fail(`${quoted(value)} is not a number`);
      result.maxConstructorIndex = max;
    } else if (bracket === -1) {
      if (!isClassName(key)) fail(`${quoted(key)} is not a class name`);
      if (!/^CL_\d{1,9}$/.test(value)) fail(`${quoted(value)} is not a class index (CL_00000199)`);
      result.classIndexes.push({ line: line.number, owner: key, id: value });
    } else if (!key.endsWith('-Access')) {
      const method = excMethod(line.number, key, bracket, value, fail);
      result.methods.push(method);
      const id = method.method === '<init>' ? constructorId(method.parameters, fail) : null;
      if (id !== null) {
        once(seen, id, `constructor ${id}`, line.number, fail);
        result.constructors.push({ line: line.number, id, owner: method.owner, descriptor: method.descriptor });
      }
    }
  }
  return result;
}

function excMethod(line: number, key: string, bracket: number, value: string, fail: Fail): ExcMethod {
  const dot = key.lastIndexOf('.', bracket);
  if (dot < 1) fail(`${quoted(key)} is not a class and a method with "." between`);
  const owner = key.slice(0, dot);
  const method = key.slice(dot + 1, bracket);
  const descriptor = key.slice(bracket);
  checkMethod(owner, method, descriptor, fail);
  const [exceptionList = '', parameterList = '', ...rest] = value.split('|');
  if (rest.length > 0) fail('the line has more than one "|"');
  const exceptions = exceptionList === '' ? [] : exceptionList.split(',');
  const parameters = parameterList === '' ? [] : parameterList.split(',');
  checkExceptions(exceptions, fail);
  // Library methods have ids made of their names (p_equals_1_), so a number is not asked for.
  const bad = parameters.find((name) => !isFieldName(name));
  if (bad !== undefined) fail(`${quoted(bad)} is not a parameter`);
  return { line, owner, method, descriptor, exceptions, parameters };
}

/** The id that a constructor's parameters tell; null if there are none or they have no SRG ids. */
function constructorId(parameters: string[], fail: Fail): number | null {
  let id: number | null = null;
  for (const parameter of parameters) {
    const srgId = parseSrgId(parameter);
    if (srgId?.constructorParameter !== true) continue;
    if (id !== null && srgId.index !== id) fail(`the parameters are of two constructors, ${id} and ${srgId.index}`);
    id = srgId.index;
  }
  return id;
}
