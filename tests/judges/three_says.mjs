// three.js in headless Chromium: node three_says.mjs CHROMIUM VISITS.json OUT; prints JSON.
// One browser start for all files; it reaches nothing but a server on the loopback address.
// What belongs here: the browser and the server. What does not: pictures (booth.mjs), judging.

import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';

const FILE_LIMIT_MS = 60_000;
const ALL_LIMIT_MS = 220_000;
const KINDS = { '.mjs': 'text/javascript', '.js': 'text/javascript', '.html': 'text/html' };
const here = fileURLToPath(new URL('.', import.meta.url));
const page = `<!doctype html><link rel="icon" href="data:,">
<script type="importmap">{"imports": {
  "three": "/node_modules/three/build/three.module.js",
  "three/addons/": "/node_modules/three/examples/jsm/"}}</script>
<script type="module" src="/booth.mjs"></script>`;

const [chromium, visitsPath, out] = process.argv.slice(2);
const visits = JSON.parse(await readFile(visitsPath));
const folder = resolve(visitsPath, '..');

function serve(request, response) {
  const path = decodeURIComponent(new URL(request.url, 'http://booth').pathname);
  if (path === '/') return response.setHeader('content-type', 'text/html').end(page);
  const root = path.startsWith('/visit/') ? folder : resolve(here);
  const file = resolve(join(root, path.replace('/visit/', '/')));
  if (!file.startsWith(root + sep)) return response.writeHead(403).end();
  response.setHeader('content-type', KINDS[extname(file)] ?? 'application/octet-stream');
  createReadStream(file).on('error', () => response.writeHead(404).end()).pipe(response);
}

function withLimit(promise, ms) {
  const late = new Promise((_, refuse) => setTimeout(refuse, ms, new Error(`${ms} ms passed`)).unref());
  return Promise.race([promise, late]);
}

async function keep(name, pictures) {
  for (const [view, picture] of Object.entries(pictures)) {
    await writeFile(join(out, `${name}.${view}.png`), Buffer.from(picture.split(',')[1], 'base64'));
  }
}

async function look(tab, visit) {
  const job = { url: `/visit/${visit.file}`, views: visit.views };
  try {
    const said = await withLimit(tab.evaluate((asked) => window.visit(asked), job), FILE_LIMIT_MS);
    const { pictures, ...found } = said;
    await keep(visit.file, pictures);
    return found;
  } catch (trouble) {
    return { error: String(trouble) };
  }
}

const server = createServer(serve);
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const profile = mkdtempSync(join(tmpdir(), 'maquette-booth-'));
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
// whatever hangs, no browser is left behind
const alarm = setTimeout(() => browser.process().kill('SIGKILL'), ALL_LIMIT_MS);
const remarks = [];
const verdicts = {};
try {
  const tab = await browser.newPage();
  tab.on('console', (message) => {
    // taking pictures is slow, and the driver says so
    const known = message.text().includes('GPU stall due to ReadPixels');
    if (!known) remarks.push(`${message.type()}: ${message.text()}`);
  });
  tab.on('pageerror', (error) => remarks.push(`error: ${error}`));
  await tab.goto(`http://127.0.0.1:${server.address().port}/`);
  await tab.waitForFunction('window.visit', { timeout: FILE_LIMIT_MS });
  for (const visit of visits) {
    remarks.length = 0;
    verdicts[visit.file] = { ...(await look(tab, visit)), remarks: [...remarks] };
  }
  verdicts.browser = { version: await browser.version() };
} finally {
  clearTimeout(alarm);
  await browser.close();
  server.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
console.log(JSON.stringify(verdicts));
