import { join } from 'node:path';
import express, { type Express } from 'express';

/** `/mobile` is the address of the Python coordinator's second page; ours fits any screen. */
const PAGES = ['/', '/mobile'];

/** Serves the page and its files. They hold no data, so they need no token: the data that the page reads may. */
export function mountPage(app: Express, webDirectory: string): void {
  for (const path of PAGES) {
    app.get(path, (_request, response) => {
      response.sendFile(join(webDirectory, 'coordinator', 'index.html'), { cacheControl: false });
    });
  }
  for (const part of ['coordinator', 'dashboard']) {
    app.use(`/page/${part}`, express.static(join(webDirectory, part), { cacheControl: false, index: false }));
  }
}
