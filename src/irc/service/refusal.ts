/** Why a command did nothing, in sentences for whoever gave it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly lines: readonly string[];

  constructor(...lines: [string, ...string[]]) {
    super(lines.join(' '));
    this.lines = lines;
  }
}

/** What somebody is told who lacks a permission: the account does not have it, or bots may not use it. */
export const lacking = (permission: string, url: string): Refusal =>
  new Refusal(
    `That takes the permission ${permission}: your account does not hold it, or has not allowed bots to use it for you.`,
    `What bots may do for you is set at ${url}/account`,
  );
