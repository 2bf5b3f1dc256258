// Players in headless Chromium: node players_says.mjs CHROMIUM VISITS.json OUT; prints JSON.
// A GLB is opened in <model-viewer> and its clip played; a movie in <video>, from start to end.
// What belongs here: playing, and what was seen. What does not: what should be seen.

import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { browsing, serving, withLimit } from './headless.mjs';

const FILE_LIMIT_MS = 60_000;
const ALL_LIMIT_MS = 220_000;
const page = `<!doctype html><link rel="icon" href="data:,">
<script type="module" src="/visit/model-viewer.js"></script>
<style>model-viewer { width: 400px; height: 400px }</style>`;

const [chromium, visitsPath, out] = process.argv.slice(2);
const visits = JSON.parse(await readFile(visitsPath));
const folder = resolve(visitsPath, '..');

function place(path) {
  return path === '/' ? page : [folder, path.slice('/visit'.length)];
}

// Runs in the page: the clips, and how far the first one comes by itself.
async function playedModel(url) {
  const viewer = Object.assign(document.createElement('model-viewer'), { src: url });
  const loaded = new Promise((done, refuse) => {
    viewer.addEventListener('load', done);
    viewer.addEventListener('error', ({ detail }) => refuse(new Error(JSON.stringify(detail))));
  });
  document.body.append(viewer);
  await loaded;
  const { availableAnimations } = viewer;
  viewer.animationName = availableAnimations[0];
  await viewer.updateComplete;
  viewer.play();
  const start_s = viewer.currentTime;
  while (viewer.currentTime <= start_s) await new Promise((wake) => setTimeout(wake, 50));
  const { duration, paused, currentTime } = viewer;
  const size_m = viewer.getDimensions();
  viewer.remove();
  return { availableAnimations, duration_s: duration, paused, currentTime, size_m: [size_m.x, size_m.y, size_m.z] };
}

// Runs in the page: how many pictures the movie has, and those of its start, middle and end.
async function playedMovie(url) {
  // one can only seek in what is there as a whole: our server sends no parts of files
  const src = URL.createObjectURL(await (await fetch(url)).blob());
  const movie = Object.assign(document.createElement('video'), { src, muted: true });
  const on = (name) =>
    new Promise((done, refuse) => {
      movie.addEventListener(name, done, { once: true });
      movie.addEventListener('error', () => refuse(new Error(movie.error.message)), { once: true });
    });
  await on('loadeddata');
  const { duration, videoWidth, videoHeight } = movie;
  const ended = on('ended');
  await movie.play();
  await ended;
  const frames = movie.getVideoPlaybackQuality().totalVideoFrames;
  const canvas = Object.assign(document.createElement('canvas'), { width: videoWidth, height: videoHeight });
  const pictures = {};
  for (const [name, share] of [['start', 0.01], ['middle', 0.5], ['end', 0.99]]) {
    const arrived = on('seeked');
    movie.currentTime = duration * share;
    await arrived;
    canvas.getContext('2d').drawImage(movie, 0, 0);
    pictures[name] = canvas.toDataURL('image/png');
  }
  return { duration_s: duration, size_wh: [videoWidth, videoHeight], frames, pictures };
}

async function look(tab, file) {
  const play = file.endsWith('.glb') ? playedModel : playedMovie;
  try {
    const { pictures = {}, ...found } = await withLimit(tab.evaluate(play, `/visit/${file}`), FILE_LIMIT_MS);
    for (const [name, picture] of Object.entries(pictures)) {
      await writeFile(join(out, `${file}.${name}.png`), Buffer.from(picture.split(',')[1], 'base64'));
    }
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
  tab.on('console', (said) => said.type() === 'error' && remarks.push(said.text()));
  tab.on('pageerror', (error) => remarks.push(`error: ${error}`));
  await tab.goto(`${server.address}/`);
  await tab.waitForFunction(() => customElements.get('model-viewer'), { timeout: FILE_LIMIT_MS });
  for (const file of visits) {
    remarks.length = 0;
    verdicts[file] = { ...(await look(tab, file)), remarks: [...remarks] };
  }
}).finally(server.close);
console.log(JSON.stringify(verdicts));
