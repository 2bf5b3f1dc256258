// The page of a batch of clips: previews that play while they are in sight, and a player for each
// mesh. Opening and walking are in page.js; without this script every movie still has its own
// controls. What belongs here: manners. What does not: content, which is all in the page.
'use strict';

(() => {
  const reels = [...document.querySelectorAll('.reels video')];
  const button = document.getElementById('reels');
  const inSight = new Set();
  let plays = !matchMedia('(prefers-reduced-motion: reduce)').matches;

  // Nothing plays behind an open clip, or where nobody looks.
  function settle() {
    const covered = document.querySelector('dialog[open]');
    for (const reel of reels) {
      if (plays && !covered && inSight.has(reel)) reel.play().catch(() => {});
      else reel.pause();
    }
    for (const reel of document.querySelectorAll('dialog .reel')) {
      if (plays && reel.closest('dialog').open) reel.play().catch(() => {});
      else reel.pause();
    }
    if (button) button.textContent = plays ? 'Pause the previews' : 'Play the previews';
  }

  const watch = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (isIntersecting) inSight.add(target);
      else inSight.delete(target);
    }
    settle();
  });
  for (const reel of reels) watch.observe(reel);

  if (button) {
    button.hidden = false;
    button.addEventListener('click', () => {
      plays = !plays;
      settle();
    });
  }

  // The viewer comes anew with every opening; its bar stays in the page.
  function attach(viewer) {
    const bar = viewer.closest('dialog').querySelector('.player');
    const slider = bar.querySelector('input');
    const speed = bar.querySelector('select');
    const rate = Number(slider.dataset.rate);
    const button = bar.querySelector('.play');
    const show = (frame) => {
      bar.querySelector('output').textContent = frame;
    };
    slider.oninput = () => {
      viewer.pause();
      // at its very end a loop is at its beginning
      viewer.currentTime = Math.min(slider.value / rate, viewer.duration - 0.0001);
      show(slider.value);
    };
    speed.onchange = () => {
      viewer.timeScale = Number(speed.value);
    };
    speed.onchange();
    viewer.addEventListener('pause', () => {
      button.textContent = 'Play';
    });
    // a loop that never began cannot be stepped through; page.js stops it where people want calm
    viewer.play();
    bar.hidden = false;
    const follow = () => {
      if (!viewer.isConnected) return;
      if (!viewer.paused) {
        slider.value = Math.round(viewer.currentTime * rate);
        show(slider.value);
      }
      requestAnimationFrame(follow);
    };
    follow();
  }

  // the viewer's own events do not bubble, and those of this name never reach the window
  document.addEventListener('load', ({ target }) => {
    if (target.localName === 'model-viewer') attach(target);
  }, true);

  for (const dialog of document.querySelectorAll('dialog')) {
    const bar = dialog.querySelector('.player');
    // arrow keys on the slider are not for walking to the next clip
    bar?.addEventListener('keydown', (event) => event.stopPropagation());
    dialog.addEventListener('close', () => {
      bar?.setAttribute('hidden', '');
      settle();
    });
  }
  addEventListener('hashchange', settle);
  settle();
})();
