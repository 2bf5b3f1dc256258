// Skottie, Skia's own Lottie player, draws animations: node skottie_says.mjs FILE...
// Each frame's alpha goes to FILE.N.alpha, a byte per pixel; the count is printed as JSON.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const full = dirname(require.resolve('canvaskit-wasm/bin/full/canvaskit.js'));
const kit = await require('canvaskit-wasm/bin/full/canvaskit.js')({ locateFile: (name) => join(full, name) });

function say(path) {
  const animation = kit.MakeAnimation(readFileSync(path, 'utf8'));
  const [width, height] = animation.size();
  const count = Math.round(animation.duration() * animation.fps());
  const surface = kit.MakeSurface(width, height);
  for (let n = 0; n < count; n += 1) {
    surface.getCanvas().clear(kit.TRANSPARENT);
    animation.seekFrame(n);
    animation.render(surface.getCanvas(), kit.LTRBRect(0, 0, width, height));
    surface.flush();
    const pixels = surface.getCanvas().readPixels(0, 0, {
      ...{ width, height, colorType: kit.ColorType.RGBA_8888 },
      ...{ alphaType: kit.AlphaType.Unpremul, colorSpace: kit.ColorSpace.SRGB },
    });
    writeFileSync(`${path}.${n}.alpha`, pixels.filter((_, place) => place % 4 === 3));
  }
  return { frames: count, width, height };
}

const said = Object.fromEntries(process.argv.slice(2).map((path) => [path, say(path)]));
console.log(JSON.stringify(said));
