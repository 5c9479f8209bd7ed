import { z } from 'zod';
import { countText } from '../../http/input-fields.ts';
import { type EventStreams } from '../event-streams.ts';
import { parseInput } from '../../http/request-error.ts';
import { type Route } from '../../http/route.ts';

const entryId = z.string().regex(/^\d{1,15}-\d{1,19}$/, 'not an event id');
const eventsQuery = z.strictObject({ since: countText.optional() });

/** Live stream of all broadcasts. */
export function eventRoutes(streams: EventStreams): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/events',
      tag: 'events',
      summary: 'Server-sent events; resumes after Last-Event-ID, begins at `since` (epoch ms), or now',
      produces: 'text/event-stream',
      async respond(request, response) {
        const { since } = parseInput('query', eventsQuery, request.query);
        const last = parseInput('Last-Event-ID', entryId.optional(), request.get('last-event-id'));
        if (request.method === 'HEAD') {
          response.type('text/event-stream').end();
          return;
        }
        await streams.serve(response, last ?? (since === undefined ? '$' : `${since}-0`));
      },
    },
  ];
}
