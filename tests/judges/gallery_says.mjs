// The gallery in headless Chromium: node gallery_says.mjs CHROMIUM VISITS.json OUT; prints JSON.
// Each visit opens a page from its folder or from a server, at one width, and does what people do:
// looks in light and dark, opens a sticker, turns it, walks by keyboard.
// What belongs here: doing it, and what was seen. What does not: what should be seen.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { browsing, serving, withLimit } from './headless.mjs';

const VISIT_LIMIT_MS = 70_000;
const MODEL_LIMIT_MS = 40_000; // software rendering on a busy machine
const ALL_LIMIT_MS = 230_000;
const SCHEMES = ['light', 'dark'];

const [chromium, visitsPath, out] = process.argv.slice(2);
const visits = JSON.parse(await readFile(visitsPath));
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

function dress(tab, scheme) {
  return tab.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: scheme },
    { name: 'prefers-reduced-motion', value: 'reduce' }, // nothing is half-way when looked at
  ]);
}

async function inEachScheme(tab, name, look) {
  const seen = {};
  for (const scheme of SCHEMES) {
    await dress(tab, scheme);
    await tab.screenshot({ path: join(out, `${name}.${scheme}.png`) });
    seen[scheme] = await look();
  }
  return seen;
}

function accessibility(tab) {
  return tab.evaluate(async () => {
    const { violations } = await window.axe.run(document, { preload: false });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
  });
}

// how much wider the page is than the window
function overflow(tab) {
  return tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

async function opened(tab) {
  await tab.waitForSelector('dialog[open]');
  const settled = () => {
    const open = document.querySelector('dialog[open]');
    const failed = /cannot/.test(open.querySelector('.hint').textContent);
    return failed || open.querySelector('model-viewer')?.modelIsVisible;
  };
  await tab.waitForFunction(settled, { timeout: MODEL_LIMIT_MS });
  return tab.evaluate(() => {
    const open = document.querySelector('dialog[open]');
    const viewer = open.querySelector('model-viewer');
    return {
      title: open.querySelector('h2').textContent,
      poster: !open.querySelector('.poster').hidden,
      hint: open.querySelector('.hint').textContent,
      shown: viewer?.loaded ?? false,
      size_m: viewer && ['x', 'y', 'z'].map((axis) => viewer.getDimensions()[axis]),
    };
  });
}

// What moves: how it stands at first, and after its button was pressed.
async function play(tab) {
  const state = () =>
    tab.evaluate(() => {
      const viewer = document.querySelector('dialog[open] model-viewer');
      const button = document.querySelector('dialog[open] .play');
      const { availableAnimations, paused, duration, currentTime } = viewer;
      return { availableAnimations, paused, duration, currentTime, offers: button.textContent };
    });
  await tab.waitForSelector('dialog[open] .play:not([hidden])');
  const states = [await state()];
  await tab.click('dialog[open] .play');
  await tab.waitForFunction(() => document.querySelector('dialog[open] model-viewer').currentTime > 0);
  return [...states, await state()];
}

// What moves: the time of the clip when its bar is set to a frame.
function scrub(tab) {
  return tab.evaluate(async () => {
    const [open] = document.querySelectorAll('dialog[open]');
    const bar = open.querySelector('.player input');
    const viewer = open.querySelector('model-viewer');
    const seen = {};
    for (const frame of [bar.max, bar.min, Math.floor(bar.max / 2)]) {
      bar.value = frame;
      bar.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((wake) => setTimeout(wake, 300));
      seen[frame] = [viewer.currentTime, viewer.paused, open.querySelector('.player output').textContent];
    }
    return seen;
  });
}

// What is told that shows through the buttons, however far one scrolls: texts, each once.
function underButtons(tab) {
  return tab.evaluate(() => {
    const open = document.querySelector('dialog[open]');
    const walk = open.querySelector('.walk');
    const seeThrough = getComputedStyle(walk).backgroundColor === 'rgba(0, 0, 0, 0)';
    for (const details of open.querySelectorAll('details')) details.open = true;
    const scrolled = [open, open.querySelector('.told')];
    const found = new Set();
    for (let top = 0; top <= Math.max(...scrolled.map((one) => one.scrollHeight)); top += 20) {
      for (const one of scrolled) one.scrollTop = top;
      for (const button of walk.children) {
        const { x, y, width, height } = button.getBoundingClientRect();
        const below = document.elementsFromPoint(x + width / 2, y + height / 2);
        const told = below.filter((one) => seeThrough && one.matches('.told *'));
        for (const one of told) found.add(one.localName);
      }
    }
    for (const one of scrolled) one.scrollTop = 0;
    for (const details of open.querySelectorAll('details')) details.open = false;
    return [...found];
  });
}

async function portray(tab, name) {
  const stage = await tab.$('dialog[open] .stage');
  await tab.addStyleTag({ content: '.hint, .play { visibility: hidden }' });
  // pictures are cut in the page's measure, the stage's place is told in the window's
  await tab.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  for (const [view, orbit] of [['first', null], ['back', '205deg 78deg 125%']]) {
    await tab.evaluate(async (to) => {
      const viewer = document.querySelector('dialog[open] model-viewer');
      if (!viewer) return;
      if (to) viewer.setAttribute('camera-orbit', to);
      await viewer.updateComplete;
      if (to) viewer.jumpCameraToGoal();
      await new Promise((wake) => setTimeout(wake, 800));
    }, orbit);
    const clip = await stage.boundingBox();
    await tab.screenshot({ path: join(out, `${name}.${view}.png`), clip, captureBeyondViewport: false });
  }
}

// What has the focus after each key, by id, class or name.
async function walk(tab) {
  const where = () =>
    tab.evaluate(() => {
      const { activeElement: at } = document;
      const open = document.querySelector('dialog[open]')?.dataset.id ?? '';
      const within = at.closest('dialog')?.dataset.id ?? '';
      return { at: at.id || at.className || at.localName, open, within, hash: location.hash };
    });
  const steps = [];
  const press = async (key) => {
    await tab.keyboard.press(key);
    await new Promise((wake) => setTimeout(wake, key === 'Tab' ? 20 : 300));
    steps.push({ key, ...(await where()) });
  };
  await tab.evaluate(() => document.querySelector('.skip').focus());
  const there = ['Enter', 'Tab', 'ArrowRight', 'Enter', 'ArrowRight'];
  for (const key of [...there, 'ArrowLeft', 'ArrowLeft', 'ArrowLeft']) await press(key);
  for (let i = 0; i < 14; i += 1) await press('Tab');
  await press('Escape');
  return steps;
}

// What stands on paper: how many stickers tell of their making.
async function printed(tab) {
  await tab.emulateMediaType('print');
  return tab.$$eval('.made', (all) => all.filter((made) => made.checkVisibility()).length);
}

async function visit(browser, address, { name, width_px, mobile, does }) {
  const tab = await browser.newPage();
  const remarks = [];
  const requests = [];
  tab.on('console', (said) => said.type() === 'error' && remarks.push(said.text()));
  tab.on('pageerror', (error) => remarks.push(String(error)));
  tab.on('dialog', (box) => remarks.push(`a box: ${box.message()}`) && box.dismiss());
  tab.on('request', (request) => /^(data|blob):/.test(request.url()) || requests.push(request.url()));
  await tab.setViewport({ width: width_px, height: 844, isMobile: mobile, hasTouch: mobile });
  const seen = { remarks, requests };
  try {
    await dress(tab, 'light');
    await tab.goto(address);
    await tab.evaluate(axe);
    seen.overflow_px = await overflow(tab);
    seen.axe = await inEachScheme(tab, name, () => accessibility(tab));
    if (does.includes('plays')) {
      seen.opened = await opened(tab);
      seen.played = await play(tab);
    }
    if (does.includes('scrubs')) seen.scrubbed = await scrub(tab);
    if (does.includes('opens')) {
      await tab.click('.tile');
      seen.opened = await opened(tab);
      seen.axe_opened = await inEachScheme(tab, `${name}.open`, () => accessibility(tab));
      seen.under_buttons = await underButtons(tab);
      await portray(tab, name);
      await tab.keyboard.press('Escape');
      // closing ends when the tile has the focus again
      await tab.waitForFunction(() => document.activeElement.matches('.tile'));
    }
    if (does.includes('walks')) seen.walk = await walk(tab);
    seen.printed = await printed(tab);
  } catch (trouble) {
    seen.error = String(trouble);
  }
  await tab.close();
  return seen;
}

const folder = resolve(visitsPath, '..');
const server = await serving((path) => [folder, path]);
const roots = { http: server.address, file: pathToFileURL(folder).href };
const verdicts = {};
await browsing(chromium, ALL_LIMIT_MS, async (browser) => {
  for (const asked of visits) {
    const address = `${roots[asked.by]}/${asked.page}`;
    const root = address.slice(0, address.lastIndexOf('/') + 1);
    verdicts[asked.name] = { root, ...(await withLimit(visit(browser, address, asked), VISIT_LIMIT_MS)) };
  }
}).finally(server.close);
console.log(JSON.stringify(verdicts));
