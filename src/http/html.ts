import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** Markup that is safe to send as it stands. */
export class Html {
  constructor(readonly text: string) {}
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const render = (value: unknown): string => {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(render).join('');
  return escape(String(value));
};

/** A template (not named `html`, which prettier would reformat) whose values are escaped, other markup excepted. */
export const markup = (parts: TemplateStringsArray, ...values: unknown[]): Html =>
  new Html(parts.reduce((text, part, i) => `${text}${part}${i < values.length ? render(values[i]) : ''}`, ''));

/** The source of a style element for a Content-Security-Policy. */
export const styleHash = (style: string): string => `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/** A page as it goes out, whichever server sends it. */
export interface RenderedPage {
  headers: Record<string, string>;
  text: string;
}

/** A page that may load what the policy names, and nothing else. */
export function renderPage(page: Html, policy: Record<string, string>): RenderedPage {
  const directives = {
    'default-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    ...policy,
  };
  const written = Object.entries(directives).map((directive) => directive.join(' '));
  return {
    headers: { 'content-security-policy': written.join('; '), 'content-type': 'text/html; charset=utf-8' },
    text: page.text,
  };
}

/** Sends a page that may load what the policy names, and nothing else. */
export function sendPage(reply: FastifyReply, page: Html, policy: Record<string, string>): FastifyReply {
  const { headers, text } = renderPage(page, policy);
  return reply.headers(headers).send(text);
}
