import { join } from 'node:path';
import { describeContracts } from '../json-schemas.ts';
import { openApiDocument } from '../openapi.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { JOBS_PATH } from './jobs.ts';

interface ContractDeps {
  readonly version: string;
  readonly webDirectory: string;
  /** All routes, including these. */
  readonly routes: () => readonly Route[];
}

/** Documentation of the API, as a page and in machine-readable form. */
export function contractRoutes({ version, webDirectory, routes }: ContractDeps): readonly Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/contracts',
      tag: 'contracts',
      summary: 'Every queue and job with the JSON Schemas of its data and result',
      needs: 'store',
      handle: async () => ({ items: describeContracts() }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/openapi.json',
      tag: 'contracts',
      summary: 'This API as OpenAPI 3.1',
      needs: 'store',
      handle: async () => openApiDocument({ version, routes: routes(), jobsPath: JOBS_PATH }),
    }),
    {
      method: 'get',
      path: '/api/docs',
      tag: 'contracts',
      summary: 'This API as a page to read',
      produces: 'text/html',
      respond: async (_request, response) => {
        await new Promise<void>((resolve, reject) => {
          response.sendFile(join(webDirectory, 'api-docs.html'), (error) => (error ? reject(error) : resolve()));
        });
      },
    },
  ];
}
