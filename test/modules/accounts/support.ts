import type { TestClient } from '../../support/client.js';
import type { TestService } from '../../support/service.js';

export const SIGN_UP = `mutation ($handle: String!, $password: String!) { signUp(input: { handle: $handle, password: $password }) {
  viewer { user { id handle } credential { kind provenUntil } } userErrors { code message path } } }`;

export const SIGN_IN = `mutation ($handle: String!, $password: String!) { signIn(input: { handle: $handle, password: $password }) {
  viewer { user { handle } } secondFactor { methods } userErrors { code message path } } }`;

export const CHANGE_PASSWORD = `mutation ($current: String, $new: String!) { changePassword(input: { current: $current, new: $new }) {
  viewer { user { handle } credential { provenUntil } } userErrors { code path } } }`;

export const REAUTHENTICATE = `mutation ($password: String!) { reauthenticate(input: { password: $password }) {
  viewer { credential { provenUntil } } userErrors { code path } } }`;

export const WHO = `{ viewer { user { handle } } }`;

/** The value of the session cookie that a browser holds. */
export const sessionOf = ({ auth }: TestService, client: TestClient): string | undefined =>
  client.cookies.get(auth.cookies.name('session'));

/** Another browser with the same session cookie. */
export function thief(service: TestService, secret: string): TestClient {
  const client = service.client();
  client.cookies.set(service.auth.cookies.name('session'), secret);
  return client;
}

/** Whether a session's secret is good now. */
export const lives = async (service: TestService, secret: string): Promise<boolean> =>
  (await thief(service, secret).send(WHO)).status === 200;

/** How often each outcome came. */
export function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** Does something many times, some of it at once. */
export async function manyTimes<T>(count: number, work: (i: number) => Promise<T>, atOnce = 20): Promise<T[]> {
  const results: T[] = [];
  for (let start = 0; start < count; start += atOnce) {
    const length = Math.min(atOnce, count - start);
    results.push(...(await Promise.all(Array.from({ length }, (_, i) => work(start + i)))));
  }
  return results;
}
