import type { FastifyReply } from 'fastify';
import type { UserProblem } from '../../shared/user-errors.js';
import { markup, type Html } from '../html.js';
import { sendSitePage, type SitePage } from '../page.js';
import { PASSKEY_SCRIPT_PATH } from './passkey-script.js';

export interface FormPage extends SitePage {
  /** Whether there is something to do with passkeys, which takes the script. */
  passkeys?: boolean;
}

/**
 * Sends a page with forms. Their posts say which origin they come from.
 * @param formTargets origins beside this one to which an answer to a form may lead: browsers hold redirects to the policy too
 */
export function sendFormPage(reply: FastifyReply, page: FormPage, formTargets: readonly string[] = []): FastifyReply {
  const { passkeys = false, ...site } = page;
  void reply.header('referrer-policy', 'same-origin');
  const policy = { 'form-action': ["'self'", ...formTargets].join(' ') };
  if (!passkeys) return sendSitePage(reply, site, policy);
  const body = markup`${site.body}
      <script src="${PASSKEY_SCRIPT_PATH}" defer></script>`;
  return sendSitePage(reply, { ...site, body }, { ...policy, 'script-src': "'self'", 'connect-src': "'self'" });
}

export interface Field {
  name: string;
  label: string;
  type?: 'text' | 'password';
  autocomplete: string;
  value?: string;
  hint?: string;
  /** Whether it may stay empty. */
  optional?: boolean;
  /** Whether it is where one begins to write. */
  first?: boolean;
  /** What was wrong with what was sent, in this field and in others. */
  problems?: readonly UserProblem[];
  /** Longest text that means anything. */
  maxLength?: number;
}

const MAX_LENGTH = 256;

/** A field with its label, its hint, and what was wrong with it. Passwords are never written back. */
export function field({ name, label, type = 'text', autocomplete, ...rest }: Field): Html {
  const { value = '', hint, optional = false, first = false, problems = [], maxLength = MAX_LENGTH } = rest;
  const wrong = problems.filter(({ path }) => path?.[0] === name);
  const notes = [hint !== undefined && `${name}-hint`, wrong.length > 0 && `${name}-error`].filter(Boolean);
  return markup`<div class="field">
          <label for="${name}">${label}</label>
          <input id="${name}" name="${name}" type="${type}" value="${type === 'password' ? '' : value.slice(0, maxLength)}"
            maxlength="${maxLength}" autocomplete="${autocomplete}" autocapitalize="none" spellcheck="false"
            ${[!optional && markup`required `, first && markup`autofocus `, wrong.length > 0 && markup`aria-invalid="true" `].filter(Boolean)}
            ${notes.length > 0 ? markup`aria-describedby="${notes.join(' ')}"` : ''} />
          ${hint === undefined ? '' : markup`<p class="hint" id="${name}-hint">${hint}</p>`}
          ${wrong.length === 0 ? '' : markup`<p class="error" id="${name}-error" role="alert">${wordsOf(wrong)}</p>`}
        </div>`;
}

/** What was wrong beside the fields of a form. */
export function otherProblems(problems: readonly UserProblem[], fields: readonly string[]): Html | string {
  const others = problems.filter(({ path }) => path === undefined || !fields.includes(path[0] ?? ''));
  return others.length === 0 ? '' : markup`<p class="notice error" role="alert">${wordsOf(others)}</p>`;
}

const wordsOf = (problems: readonly UserProblem[]): string => problems.map(({ message }) => message).join(' ');

export const hidden = (name: string, value: string): Html =>
  markup`<input type="hidden" name="${name}" value="${value}" />`;

/** A button with a form of its own. */
export const buttonForm = (
  action: string,
  label: string,
  fields: Record<string, string> = {},
  quiet = true,
): Html => markup`<form method="post" action="${action}">
          ${Object.entries(fields).map(([name, value]) => hidden(name, value))}
          <button type="submit" ${quiet ? markup`class="quiet"` : ''}>${label}</button>
        </form>`;

/** A path with the page to go on to. */
export const linkTo = (path: string, parameters: Record<string, string>): string =>
  `${path}?${new URLSearchParams(parameters).toString()}`;

export const instant = (at: Date): Html =>
  markup`<time datetime="${at.toISOString()}">${at.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>`;
