// After Effects scripts on a strict stand-in: node jsx_says.mjs FILE...; prints what they build.
// The stand-in knows what the scripting guide documents and throws at anything else: wrong counts,
// wrong types, unknown match names, references that adding a sibling has made stale.

import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const KINDS = { LINEAR: 6612, HOLD: 6614, BEZIER: 6613 };
const MODES = { NONE: 6812, ADD: 6813, SUBTRACT: 6814 };
const SHAPE = [
  ...['vertices', 'inTangents', 'outTangents', 'closed', 'featherSegLocs', 'featherRelSegLocs'],
  ...['featherRadii', 'featherTypes', 'featherInterps', 'featherTensions', 'featherRelCornerAngles'],
];

function must(holds, told) {
  if (!holds) throw new Error(told);
}

// An object that has these fields and no others.
function strict(fields, told) {
  return new Proxy(fields, {
    get(held, name) {
      must(typeof name === 'symbol' || name in held, `${told}.${String(name)} is unknown`);
      return held[name];
    },
    set(held, name, value) {
      must(name in held, `${told}.${String(name)} cannot be set`);
      held[name] = value;
      return true;
    },
  });
}

function Shape() {
  return strict(Object.fromEntries(SHAPE.map((name) => [name, []])), 'Shape');
}

function checkShape(shape) {
  const count = shape.vertices.length;
  must(count >= 2 && shape.closed === true, 'a shape that is open or empty');
  for (const name of ['vertices', 'inTangents', 'outTangents']) {
    must(shape[name].length === count, `${name} of another length`);
    for (const pair of shape[name]) must(pair.length === 2 && pair.every(Number.isFinite), `${name}: ${pair}`);
  }
  for (const name of SHAPE.slice(4)) must([0, count].includes(shape[name].length), `${name} of another length`);
}

function property(kind, isStale) {
  const keys = [];
  const made = {
    get numKeys() { return keys.length; },
    setValuesAtTimes(times, values) {
      must(!isStale(), 'a stale reference');
      must(times.length === values.length && times.every(Number.isFinite), 'times and values differ');
      times.forEach((time, n) => {
        if (kind === 'path') checkShape(values[n]);
        else must(values[n] >= 0 && values[n] <= 100, 'opacity outside of 0 to 100');
        keys.push({ time, value: kind === 'path' ? { ...values[n] } : values[n], kinds: null });
      });
      keys.sort((a, b) => a.time - b.time);
    },
    setInterpolationTypeAtKey(place, before, after) {
      must(Object.values(KINDS).includes(before) && place >= 1 && place <= keys.length, 'no such key');
      keys[place - 1].kinds = [before, after];
    },
  };
  return [strict(made, kind), keys];
}

function parade(masks) {
  return strict({
    addProperty(name) {
      must(name === 'ADBE Mask Atom', `${name} is no mask`);
      const place = masks.length + 1;
      const isStale = () => masks.length !== place;
      const [path, pathKeys] = property('path', isStale);
      const [opacity, opacityKeys] = property('opacity', isStale);
      const fields = { name: '', maskMode: MODES.ADD, color: [1, 1, 0] };
      masks.push({ fields, path: pathKeys, opacity: opacityKeys });
      const inner = { 'ADBE Mask Shape': path, 'ADBE Mask Opacity': opacity };
      fields.property = (match) => (must(match in inner, `${match} is unknown`), inner[match]);
      return strict(fields, 'mask');
    },
  }, 'parade');
}

function application(comps) {
  const layers = (found) => ({
    addSolid(colour, name, ...sizes) {
      must(colour.length === 3 && typeof name === 'string' && sizes.length === 4, 'a wrong solid');
      const layer = { name, sizes, masks: [] };
      found.unshift(layer); // a new layer lies on top
      return strict({
        property: (match) => (must(match === 'ADBE Mask Parade', match), parade(layer.masks)),
      }, 'layer');
    },
  });
  const addComp = (name, width, height, aspect, seconds, rate) => {
    must(typeof name === 'string' && name && seconds > 0 && rate >= 1 && rate <= 99, 'a wrong composition');
    const comp = { name, width, height, aspect, seconds, rate, layers: [], fields: {} };
    comp.fields = { displayStartFrame: 0, layers: strict(layers(comp.layers), 'layers') };
    comps.push(comp);
    return strict(comp.fields, 'comp');
  };
  const items = strict({ addComp }, 'items');
  return strict({
    project: strict({ items }, 'project'),
    beginUndoGroup() {},
    endUndoGroup() {},
  }, 'app');
}

function say(path) {
  const comps = [];
  const world = {
    app: application(comps), Shape, // no JSON, as in ExtendScript
    KeyframeInterpolationType: strict(KINDS, 'kinds'), MaskMode: strict(MODES, 'modes'),
  };
  const context = vm.createContext(world);
  vm.runInContext('delete globalThis.JSON; delete globalThis.console;', context);
  vm.runInContext(readFileSync(path, 'utf8'), context, { timeout: 20000 });
  return comps.map((comp) => ({ ...comp, fields: undefined, first: comp.fields.displayStartFrame }));
}

const said = Object.fromEntries(process.argv.slice(2).map((path) => [path, say(path)]));
console.log(JSON.stringify(said));
