// A headless Chromium that reaches nothing but this machine, and a server on the loopback address.
// What belongs here: starting and ending both. What does not: what is done in the browser.

import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, resolve, sep } from 'node:path';
import puppeteer from 'puppeteer-core';

const KINDS = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.png': 'image/png',
};

export function withLimit(promise, ms) {
  const late = new Promise((_, refuse) => setTimeout(refuse, ms, new Error(`${ms} ms passed`)).unref());
  return Promise.race([promise, late]);
}

// `place` turns a request's path into [folder, path within], or into a text to answer with.
export async function serving(place) {
  const server = createServer((request, response) => {
    const found = place(decodeURIComponent(new URL(request.url, 'http://here').pathname));
    if (typeof found === 'string') return response.setHeader('content-type', 'text/html').end(found);
    const root = resolve(found[0]);
    const file = resolve(join(root, found[1]));
    if (!file.startsWith(root + sep)) return response.writeHead(403).end();
    response.setHeader('content-type', KINDS[extname(file)] ?? 'application/octet-stream');
    createReadStream(file).on('error', () => response.writeHead(404).end()).pipe(response);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

// Runs `errand(browser)`; whatever hangs, no browser is left behind.
export async function browsing(chromium, limitMs, errand) {
  const profile = mkdtempSync(join(tmpdir(), 'maquette-judge-'));
  const browser = await puppeteer.launch({
    executablePath: chromium,
    headless: true,
    userDataDir: profile,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
      ...['--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
  const alarm = setTimeout(() => browser.process().kill('SIGKILL'), limitMs);
  try {
    return await errand(browser);
  } finally {
    clearTimeout(alarm);
    await browser.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
