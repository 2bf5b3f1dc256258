// The photo booth: runs in the page, loads a model by three.js, plays it and takes pictures of it.
// What belongs here: loading, lights, cameras, and what can be counted. What does not: judging.

import * as three from 'three';
import { MeshoptDecoder } from 'three/addons/libs/meshopt_decoder.module.js';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { USDLoader } from 'three/addons/loaders/USDLoader.js';

const AIR = 1.04; // the orthographic frame is so much larger than the model's longest side

const renderer = new three.WebGLRenderer({ antialias: true, alpha: true, preserveDrawingBuffer: true });
renderer.toneMapping = three.NoToneMapping;
renderer.setClearColor(0x000000, 0);

async function load(url) {
  if (url.endsWith('.glb')) {
    const loader = new GLTFLoader().setMeshoptDecoder(MeshoptDecoder);
    const { scene, animations } = await loader.loadAsync(url);
    return Object.assign(scene, { animations });
  }
  const model = await new USDLoader().loadAsync(url);
  await Promise.all(maps(model).map(arrival));
  return model;
}

function meshes(model) {
  const found = [];
  model.traverse((part) => part.isMesh && found.push(part));
  return found;
}

function maps(model) {
  return meshes(model).map((mesh) => mesh.material.map).filter(Boolean);
}

// USDLoader returns before its pictures are decoded
async function arrival(texture) {
  while (!texture.image?.width) await new Promise((wake) => setTimeout(wake, 5));
}

// Ambient light of strength pi returns a matte surface's own colour: the texture as it is.
const LIGHTS = {
  flat: () => [new three.AmbientLight(0xffffff, Math.PI)],
  // a sun over the viewer's right shoulder
  lit: (eye) => {
    const sun = new three.DirectionalLight(0xffffff, 2.2);
    sun.position.set(0.5, 0.6, 1).applyQuaternion(eye.quaternion);
    return [sun, new three.AmbientLight(0xffffff, 1)];
  },
};

// The model as it is at a share of its loop.
function pose(model, share) {
  const mixer = new three.AnimationMixer(model);
  for (const clip of model.animations) {
    mixer.clipAction(clip).play();
    mixer.setTime(clip.duration * share);
  }
}

// The model as it is so many seconds after its beginning; at its end it stays.
function poseAt(model, seconds) {
  const mixer = new three.AnimationMixer(model);
  for (const clip of model.animations) {
    const action = mixer.clipAction(clip).setLoop(three.LoopOnce);
    action.clampWhenFinished = true;
    action.play();
  }
  mixer.setTime(seconds);
}

// Straight at z = 0, with the window's edges at the picture's.
function windowed({ left, bottom, side }, box) {
  const eye = new three.OrthographicCamera(left, left + side, bottom + side, bottom);
  eye.position.z = box.max.z + side;
  eye.far = eye.position.z - box.min.z + side;
  return eye;
}

function camera(view, box) {
  if (view.window) return windowed(view.window, box);
  const middle = box.getCenter(new three.Vector3());
  const size = box.getSize(new three.Vector3());
  const longest = Math.max(size.x, size.y, size.z);
  const half = (longest * AIR) / 2;
  const eye = view.orthographic
    ? new three.OrthographicCamera(-half, half, half, -half, longest, longest * 5)
    : new three.PerspectiveCamera(30, 1, longest / 10, longest * 10);
  eye.up.fromArray(view.up);
  const toEye = new three.Vector3().fromArray(view.from).normalize();
  eye.position.copy(middle).addScaledVector(toEye, longest * (view.orthographic ? 3 : 2.4));
  eye.lookAt(middle);
  return eye;
}

// Signed: negative where faces look inwards.
function volume(mesh) {
  const { index, attributes } = mesh.geometry;
  const at = (i) =>
    new three.Vector3().fromBufferAttribute(attributes.position, index ? index.getX(i) : i)
      .applyMatrix4(mesh.matrixWorld);
  let sum = 0;
  for (let i = 0; i < (index ?? attributes.position).count; i += 3) {
    sum += at(i).dot(at(i + 1).cross(at(i + 2)));
  }
  return sum / 6;
}

function shoot(model, view) {
  if (view.at) pose(model, view.at);
  if (view.at_s !== undefined) poseAt(model, view.at_s);
  const box = new three.Box3().setFromObject(model, true);
  const eye = camera(view, box);
  const scene = new three.Scene();
  scene.add(model, ...LIGHTS[view.light](eye));
  renderer.setSize(view.side_px, view.side_px);
  renderer.render(scene, eye);
  const corners = [box.min.toArray(), box.max.toArray()];
  return { picture: renderer.domElement.toDataURL('image/png'), corners };
}

window.visit = async ({ url, views }) => {
  const model = await load(url);
  const box = new three.Box3().setFromObject(model, true);
  const shown = meshes(model);
  const solid_m3 = shown.reduce((sum, mesh) => sum + volume(mesh), 0);
  const pictures = {};
  const corners_m = {};
  for (const [name, view] of Object.entries(views)) {
    const { picture, corners } = shoot(model, view);
    pictures[name] = picture;
    corners_m[name] = corners;
  }
  const count = (mesh) => (mesh.geometry.index ?? mesh.geometry.attributes.position).count / 3;
  return {
    meshes: shown.length,
    triangles: shown.reduce((sum, mesh) => sum + count(mesh), 0),
    volume_m3: solid_m3,
    loops_s: model.animations.map((clip) => clip.duration),
    corners_m,
    low_m: box.min.toArray(),
    high_m: box.max.toArray(),
    textures: maps(model).map((map) => [map.image.width, map.image.height, map.colorSpace]),
    double_sided: shown.some((mesh) => mesh.material.side === three.DoubleSide),
    alpha_test: shown.map((mesh) => mesh.material.alphaTest),
    pictures,
  };
};
