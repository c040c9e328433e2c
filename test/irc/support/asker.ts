import type { Evening } from './bridge.js';
import { connectPerson, type Person } from './person.js';

/** What no command is called: once its answer is there, so are those of before. */
const LAST = 'that-is-all';

/** How many questions of one host are answered within half a minute, each with the word that ends its answer. */
const QUESTIONS = 10;

let came = 0;

/** Somebody new whom nobody knows, from a host of their own: what others ask is not counted against them. */
export async function newAsker({ network }: Evening): Promise<Person> {
  came += 1;
  return connectPerson(network, `asker${came}`, { from: `127.0.1.${came}` });
}

/** Says something to the bot in private. @returns all that it answers, line by line, as it came */
export async function toldTo(person: Person, { bot }: Evening, text: string): Promise<string[]> {
  const before = person.heard(bot).length;
  person.say(bot, text);
  await person.ask(bot, LAST, /^I do not know that\./);
  return person.heard(bot).slice(before, -1);
}

/** Asks as many questions as one likes: as somebody new wherever the last one has asked enough. @returns what answers a question */
export function questions(evening: Evening): (text: string) => Promise<string[]> {
  let person: Person | undefined;
  let asked = 0;
  return async (text) => {
    if (person === undefined || asked % QUESTIONS === 0) {
      person?.quit();
      person = await newAsker(evening);
    }
    asked += 1;
    return toldTo(person, evening, text);
  };
}

/** Lines with `DAY` in place of each day. */
export const undated = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/\b\d{4}-\d\d-\d\d\b/g, 'DAY'));
