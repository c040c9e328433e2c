import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requireSession } from '../../auth/actor.js';
import { acceptIrcLink, shownIrcOffer } from '../../modules/identities/irc-offer.service.js';
import { parameterOf, type Query } from '../visitor.js';
import { AGAIN, attempt, NO_HEAD, type AccountDoor } from './door.js';
import { linkTo, sendFormPage } from './form-page.js';
import { fieldOf } from './forms.js';
import { noOfferPage, offerPage } from './irc-view.js';

const PATH = '/account/link-irc';

/** Longer ones are no codes, and are not carried along. */
const MAX_CODE = 100;

/** The code of an offer that a page or a form is about. */
function codeIn(request: FastifyRequest): string {
  const { body, query } = request;
  const code = body instanceof URLSearchParams ? fieldOf(request, 'code') : parameterOf(query as Query, 'code');
  return code === null || code.length > MAX_CODE ? '' : code;
}

/** The page of the offer that a request is about, to come back to; null for a request about something else. */
export const offerAddress = (request: FastifyRequest): string | null =>
  request.routeOptions.url === PATH ? linkTo(PATH, { code: codeIn(request) }) : null;

/** Mounts the page to which the bot sends people who ask on IRC to be linked. */
export function mountIrcPages(app: FastifyInstance, door: AccountDoor): void {
  const { auth } = door;

  app.get(PATH, NO_HEAD, async (request, reply) => {
    const code = codeIn(request);
    const caller = await door.callerOf(request);
    const actor = requireSession(caller.actor);
    const outcome = await attempt(() => shownIrcOffer(auth, caller, code));
    if ('problems' in outcome) return sendFormPage(reply.code(404), noOfferPage(outcome.problems));
    return sendFormPage(reply, offerPage(actor, code, outcome.done));
  });

  app.post(PATH, async (request, reply) => {
    const code = codeIn(request);
    const caller = await door.callerOf(request);
    const outcome = await attempt(() => acceptIrcLink(auth, caller, { code }));
    if ('problems' in outcome) return sendFormPage(reply.code(AGAIN), noOfferPage(outcome.problems));
    return reply.redirect('/account?done=irc', 303);
  });
}
