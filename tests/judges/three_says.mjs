// three.js in headless Chromium: node three_says.mjs CHROMIUM VISITS.json OUT; prints JSON.
// One browser start for all files; it reaches nothing but a server on the loopback address.
// What belongs here: the browser and the server. What does not: pictures (booth.mjs), judging.

import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browsing, serving, withLimit } from './headless.mjs';

const FILE_LIMIT_MS = 60_000;
const ALL_LIMIT_MS = 220_000;
const here = fileURLToPath(new URL('.', import.meta.url));
const page = `<!doctype html><link rel="icon" href="data:,">
<script type="importmap">{"imports": {
  "three": "/node_modules/three/build/three.module.js",
  "three/addons/": "/node_modules/three/examples/jsm/"}}</script>
<script type="module" src="/booth.mjs"></script>`;

const [chromium, visitsPath, out] = process.argv.slice(2);
const visits = JSON.parse(await readFile(visitsPath));
const folder = resolve(visitsPath, '..');

function place(path) {
  if (path === '/') return page;
  return path.startsWith('/visit/') ? [folder, path.slice('/visit'.length)] : [here, path];
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

const server = await serving(place);
const remarks = [];
const verdicts = {};
await browsing(chromium, ALL_LIMIT_MS, async (browser) => {
  const tab = await browser.newPage();
  tab.on('console', (message) => {
    // taking pictures is slow, and the driver says so
    const known = message.text().includes('GPU stall due to ReadPixels');
    if (!known) remarks.push(`${message.type()}: ${message.text()}`);
  });
  tab.on('pageerror', (error) => remarks.push(`error: ${error}`));
  await tab.goto(`${server.address}/`);
  await tab.waitForFunction('window.visit', { timeout: FILE_LIMIT_MS });
  for (const visit of visits) {
    remarks.length = 0;
    verdicts[visit.file] = { ...(await look(tab, visit)), remarks: [...remarks] };
  }
  verdicts.browser = { version: await browser.version() };
}).finally(server.close);
console.log(JSON.stringify(verdicts));
