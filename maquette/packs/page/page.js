// A pack's page: opens a sticker, turns its solid around, walks to the next one.
// Without this script the page still shows every sticker (`:target`) and gives out every file.
// What belongs here: manners. What does not: content, which is all in the page.
'use strict';

(() => {
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const scripts = new Map(); // address -> promise that it ran
  const models = new Map(); // sticker -> address of its bytes in memory

  // called by models/<id>.js
  window.takeModel = (id, data) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    models.set(id, URL.createObjectURL(new Blob([bytes], { type: 'model/gltf-binary' })));
  };

  function run(address) {
    if (!scripts.has(address)) {
      const tag = document.createElement('script');
      tag.src = address;
      const ran = new Promise((done, refuse) => {
        tag.addEventListener('load', done);
        tag.addEventListener('error', refuse);
      });
      ran.catch(() => scripts.delete(address)); // the next opening tries again
      scripts.set(address, ran);
      document.head.append(tag);
    }
    return scripts.get(address);
  }

  // A page from a folder may run scripts but fetch nothing; one from a server names the file
  // itself, which is what Android's Scene Viewer is sent.
  async function addressOf({ dataset }) {
    if (location.protocol !== 'file:') return dataset.glb;
    if (!models.has(dataset.id)) await run(dataset.model);
    return models.get(dataset.id);
  }

  function say(dialog, words) {
    dialog.querySelector('.hint').textContent = words;
  }

  async function stand(dialog) {
    const template = dialog.querySelector('template');
    if (!template) return;
    say(dialog, 'Loading in 3D …');
    try {
      const [address] = await Promise.all([addressOf(dialog), run(dialog.dataset.viewer)]);
      if (!dialog.open || dialog.querySelector('model-viewer')) return;
      const viewer = document.importNode(template.content, true).querySelector('model-viewer');
      viewer.addEventListener('load', () => shown(dialog, viewer));
      viewer.addEventListener('error', () => failed(dialog, viewer));
      viewer.src = address;
      template.before(viewer);
    } catch {
      failed(dialog);
    }
  }

  function shown(dialog, viewer) {
    say(dialog, 'Drag or use the arrow keys to turn it');
    dialog.querySelector('.poster').hidden = true; // the viewer tells its words now
    if (viewer.hasAttribute('data-moves')) motion(dialog, viewer);
  }

  function failed(dialog, viewer) {
    viewer?.remove();
    dialog.querySelector('.poster').hidden = false;
    say(dialog, 'This browser cannot show it in 3D; the files below are whole.');
  }

  function motion(dialog, viewer) {
    const button = dialog.querySelector('.play');
    const set = (plays) => {
      if (plays) viewer.play();
      else viewer.pause();
      button.textContent = plays ? 'Pause' : 'Play';
    };
    button.hidden = false;
    button.onclick = () => set(viewer.paused);
    set(!calm.matches);
  }

  function put(dialog) {
    dialog.querySelector('model-viewer')?.remove();
    dialog.querySelector('.poster').hidden = false;
    dialog.querySelector('.play')?.setAttribute('hidden', '');
    say(dialog, '');
  }

  function asked() {
    const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    return found?.matches('dialog') ? found : null;
  }

  // The address says which sticker is open, so it can be sent to others and Back closes it.
  function follow() {
    const wanted = asked();
    for (const open of document.querySelectorAll('dialog[open]')) {
      if (open !== wanted) open.close();
    }
    if (!wanted || wanted.open) return;
    wanted.showModal();
    wanted.scrollTop = 0;
    stand(wanted);
  }

  function closed(dialog) {
    put(dialog);
    const next = asked();
    if (next && next !== dialog) return; // on the way to another
    if (next) history.replaceState(null, '', location.href.split('#')[0]);
    document.getElementById(`tile-${dialog.dataset.id}`).focus();
  }

  function go(dialog, where) {
    const link = dialog.querySelector(`[data-go="${where}"]`);
    if (link) location.replace(link.hash);
  }

  function walk(event, dialog) {
    const step = { ArrowLeft: 'previous', ArrowRight: 'next' }[event.key];
    const isTaken = event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey;
    // on the solid the arrow keys turn it
    if (!step || isTaken || event.target.closest('model-viewer')) return;
    event.preventDefault();
    go(dialog, step);
  }

  for (const dialog of document.querySelectorAll('dialog')) {
    dialog.addEventListener('close', () => closed(dialog));
    dialog.addEventListener('keydown', (event) => walk(event, dialog));
    dialog.addEventListener('click', (event) => {
      const where = event.target.closest('[data-go]')?.dataset.go;
      if (!where && event.target !== dialog) return; // else: the ground behind the sheet
      event.preventDefault();
      if (!where || where === 'close') dialog.close();
      else go(dialog, where);
    });
  }

  const tiles = [...document.querySelectorAll('.tile')];
  document.querySelector('.grid').addEventListener('keydown', (event) => {
    const here = tiles.indexOf(document.activeElement);
    const there = {
      ArrowLeft: here - 1,
      ArrowRight: here + 1,
      Home: 0,
      End: tiles.length - 1,
    }[event.key];
    if (here < 0 || !tiles[there] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    tiles[there].focus();
  });

  if (document.createElement('a').relList.supports('ar')) {
    for (const link of document.querySelectorAll('.quick-look')) link.hidden = false;
  }
  addEventListener('hashchange', follow);
  follow();
})();
