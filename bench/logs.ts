/** Characters of a log that is deobfuscated. */
const LOG_SIZE = 200_000;

const LINES: readonly ((id: () => string, line: number) => string)[] = [
  (id, line) => `\tat net.minecraft.server.MinecraftServer.${id()}(MinecraftServer.java:${line})`,
  (id, line) => `\tat net.minecraft.world.WorldServer.${id()}(WorldServer.java:${line}) [WorldServer.class:?]`,
  (_, line) => `[12:${10 + (line % 50)}:07] [Server thread/INFO]: Preparing spawn area: ${line % 100}%`,
  (id) => `java.lang.NullPointerException: Cannot read field "${id()}" because "${id()}" is null`,
  (_, line) => `\tat java.util.concurrent.FutureTask.run(FutureTask.java:${line})`,
  (id, line) => `[12:01:${10 + (line % 50)}] [Client thread/WARN]: ${id()}=${line}, unmapped func_9${10_000 + line}_zz`,
];

/** A log as servers write them, some 200 kB with an id in most lines. @param ids taken in turn, from the first */
export function logOf(ids: readonly string[]): string {
  let next = 0;
  const id = () => ids[next++ % ids.length]!;
  const lines: string[] = [];
  for (let size = 0, line = 1; size < LOG_SIZE; line += 1) {
    const text = LINES[line % LINES.length]!(id, line);
    lines.push(text);
    size += text.length + 1;
  }
  return lines.join('\n');
}
